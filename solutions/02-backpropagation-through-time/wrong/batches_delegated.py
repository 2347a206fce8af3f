# ---
# jupyter:
#   course:
#     misconception: The rows and pieces are left to the course's own class, which the task forbids.
#     section: "The cost of a long text, and the cut, What the cut loses"
#     question: "Which functions does the task's text rule out?"
#     keeps:  # points of the tasks that lose some, least and most
#       batches: [0, 0]
# ---

# %% task="batches"
def text_batches(tokens, batch_size, seq_length):
    from utils.text import BPTTBatches

    yield from BPTTBatches(tokens, batch_size, seq_length)
