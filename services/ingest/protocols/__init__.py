"""The protocols of senders, one module each. Pure: from bytes to drafts."""
