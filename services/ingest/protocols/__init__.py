"""What senders speak, one module each. Pure: bytes to drafts."""
