"""Four real trainings, each a short program, and each done in less than a minute on one core. On the top floor.

    python -m micrograd_nb.examples.digits_mlp          a perceptron reads handwritten digits
    python -m micrograd_nb.examples.digits_cnn          a convolutional network reads them better
    python -m micrograd_nb.examples.char_lstm           an LSTM learns to write like Shakespeare, letter by letter
    python -m micrograd_nb.examples.char_transformer    a transformer does

The data are in the package. With its first two imports changed, each model trains in PyTorch, with the same losses.
"""
