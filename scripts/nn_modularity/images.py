"""What all images of the study's datasets have in common."""

IMAGE_SIDE = 28  # pixels
IMAGE_SHAPE = (IMAGE_SIDE, IMAGE_SIDE)
N_CLASSES = 10
