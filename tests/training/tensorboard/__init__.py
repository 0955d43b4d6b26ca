"""SummaryWriter and what reads its files."""
