"""How modular are trained neural networks? The library behind the workflow.

Rooms, in the order that data flows; a room imports only from rooms above it:

- ``errors``, ``seeds``, ``files``, ``logs``, ``pieces``: foundations
- ``config``: the validated study
- ``raw_folder``, ``raw_files``, ``published``, ``downloads``, ``sources``: raw data
- ``datasets``, ``generators``, ``mixtures``: a dataset's file; generating and mixing datasets
- ``networks``, ``training``, ``pruning``, ``recording``: the TensorFlow rooms
- ``gpu``, ``checkpoints``: claiming a device; kernels epoch by epoch
- ``weights``: the network file; no TensorFlow from here on
- ``graph``, ``unrolling``: weights → layered weighted graph
- ``gram``, ``lanczos``, ``embeddings``, ``kmeans``, ``spectral``: embedding and clusters; N-cut
- ``null_models``, ``initialisation``: shuffled and untrained networks
- ``significance``: p-values, z-scores, effect sizes, multiple testing
- ``products``, ``forward``, ``sub_modules``, ``lesion``, ``double_lesion``: damaged networks
- ``taxonomy``, ``dependencies``: classes of sub-modules; which depends on which
- ``clustering_tables``, ``lesion_tables``, ``double_lesion_tables``, ``learning_curves``: tables
- ``paper_numbers``, ``own_numbers``, ``comparison``: published numbers beside the study's own
- ``spreadsheets``, ``columns``, ``origins``, ``lesion_sheets``, ``double_lesion_sheets``: workbooks
- ``palette``, ``figures``: colours; drawings
- ``provenance``: which files a script is made of
"""
