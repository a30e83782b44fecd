"""Compare how China's resource-based cities say they will transform."""
