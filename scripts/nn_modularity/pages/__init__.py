"""One page a network, which a browser opens without a server or a connection."""
