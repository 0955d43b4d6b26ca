"""Solutions of lesson 2.3.2."""


def without_gradient(net, loss):
    net.zero_grad()
    loss.backward()
    return [name for name, p in net.named_parameters() if p.grad is None or not p.grad.any()]


def measure(net, batches):
    right = total = 0
    for images, labels in batches:
        said = net(images).argmax(1)  # one answer an image
        right += (said == labels).sum().item()  # of all batches
        total += len(labels)  # images, not batches
    return right / total
