"""What Keras itself makes of images, as the check of an import."""

from pathlib import Path

import keras
import numpy as np

from nn_modularity.errors import StudyError


def of_keras(path: str | Path, images: np.ndarray) -> np.ndarray:
    """Outputs of a ``.keras`` or ``.h5`` file; the first one of several.

    Parameters
    ----------
    path : path
    images : (n_images, …) float32

    Returns
    -------
    (n_images, …) float32

    Raises
    ------
    StudyError
        If Keras, in its safe mode, can't load the file.
    """
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its layers do
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise StudyError(f"{path}: Keras {keras.__version__} can't load it: {reason}") from None
    found = model(images.astype(model.inputs[0].dtype), training=False)
    while isinstance(found, (list, tuple, dict)):
        found = next(iter(found.values() if isinstance(found, dict) else found))
    return np.asarray(keras.ops.convert_to_numpy(found), np.float32)
