"""Workers: threads or processes that load the batches of a `DataLoader` while the program uses the ones before."""
