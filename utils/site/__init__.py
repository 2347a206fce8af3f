"""What the published site holds beside the text of its pages."""
