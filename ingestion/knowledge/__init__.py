"""Knowledge: exports of what an organisation writes, blobs, syncs and declarations."""
