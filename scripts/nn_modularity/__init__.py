"""How modular are trained neural networks? The library behind the workflow.

Rooms, in the order that data flows; a room imports only from rooms above it:

=======================================  ======================================================
``errors``, ``seeds``, ``files``,        foundations: mistakes, randomness, files on disk,
``logs``, ``pieces``                     logging, resumable parallel work
``config``                               the validated study
``sources``, ``datasets``                raw data; preparing, generating, mixing it
``networks``, ``training``,              the TensorFlow rooms: Keras models, fitting, magnitude
``pruning``, ``gpu``                     pruning, claiming a device
``weights``                              the network file; no TensorFlow from here on
``graph``, ``unrolling``                 weights → layered weighted graph
``spectral``                             embedding and clusters of a graph; N-cut
``null_models``                          shuffled networks
``significance``                         p-values, z-scores, effect sizes, multiple testing
``lesion``                               accuracies of damaged networks and their null models
``taxonomy``, ``dependencies``           classes of sub-modules; which depends on which
``tables``, ``figures``                  spreadsheets; drawings
``provenance``                           which files a script is made of
=======================================  ======================================================
"""
