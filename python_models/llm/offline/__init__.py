"""The embedded offline endpoint: rules behind the protocol of OpenAI, no model."""
