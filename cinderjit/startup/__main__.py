import pathlib

print(pathlib.Path(__file__).resolve().parent)
