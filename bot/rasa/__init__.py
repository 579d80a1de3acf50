"""What makes Rasa 3.6.21 fast and small without changing it: one thing a file.

`python -m bot.rasa run ...` is `rasa run ...` with less imported and one check made once; the
tracker store and the lock store are named in endpoints.yml. Everything also works with plain
`rasa`, only slower.
"""
