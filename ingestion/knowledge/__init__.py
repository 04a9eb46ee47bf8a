<<<<<<< HEAD
"""Knowledge: documents of a team become one versioned corpus, facts and a graph."""
=======
"""Knowledge: exports of what an organisation writes, blobs, syncs and declarations."""
>>>>>>> knowledge
