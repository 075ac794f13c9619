"""What every peer sends."""
TEXT = 'a message as long as those that apps send to each other..'
