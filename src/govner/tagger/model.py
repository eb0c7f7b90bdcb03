"""A model on disk: a folder with ``model.json`` (what it is) and ``weights.npz`` (plain arrays, no pickle).

The same model gives the same two files, bit for bit. NumPy is imported when a model is read or saved, not before.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govner.entities import LABELS, GovnerError, InputError
from govner.formats.jsonl import whole_file

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    import numpy.typing as npt

    Arrays = dict[str, npt.NDArray[Any]]

FORMAT = 1
"""The version of the folder's layout that this code writes and reads."""

MODEL, WEIGHTS = "model.json", "weights.npz"
_DAY = (1980, 1, 1, 0, 0, 0)  # a zip file's first day: when a model was saved is no part of it
_GAIN = 0.9  # arrays that deflating does not shrink below this share are stored, which reads faster
_FIELDS: dict[str, type] = {
    "name": str, "labels": list, "rules": bool, "config": dict, "figures": dict, "sha256": str, "weights": dict,
}  # fmt: skip
_WEIGHTS_FIELDS: dict[str, type] = {"sha256": str, "size": int, "arrays": dict}


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What training makes and the tagger uses.

    ``labels`` are those it can find, ``config`` JSON values that the tagger needs, ``arrays`` its weights by name.
    ``rules`` says whether the rules' candidate spans were among its evidence. ``figures`` are measurements to be kept
    with it, JSON values too; nothing depends on them.
    """

    name: str
    labels: tuple[str, ...]
    config: dict[str, Any]
    arrays: Arrays
    rules: bool
    figures: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        size = sum(array.nbytes for array in self.arrays.values())
        alone = "with" if self.rules else "without"
        return f"Model({self.name!r}, {'/'.join(self.labels)}, {alone} rules, {size / 1e6:.1f} MB)"


# --- saving ----------------------------------------------------------------------------------------------------------


def save(model: Model, folder: str | Path) -> Path:
    """Write a model to a folder, which is made if need be, and return it; other files in it stay as they are.

    Equal models give equal files. Raises ``GovnerError`` where an array or value cannot be written without pickle or
    as JSON, ``InputError`` where the folder cannot be made or written to.
    """
    folder = Path(folder)
    weights = _npz(model.arrays)
    told = {
        "format": FORMAT,
        "govner": _version(),
        "name": model.name,
        "labels": list(model.labels),
        "rules": model.rules,
        "config": model.config,
        "figures": model.figures,
        "weights": {
            "sha256": hashlib.sha256(weights).hexdigest(),
            "size": len(weights),
            "arrays": {name: _kind(model.arrays[name]) for name in sorted(model.arrays)},
        },
    }
    try:
        told["sha256"] = _checksum(told)
        text = json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise GovnerError(f"model {model.name!r}: config and figures must be JSON values: {error}") from error
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: no folder can be made there: {error.strerror or error}") from error
    # The weights come first: a save that is cut short between the two is seen by their checksum.
    for name, data in ((WEIGHTS, weights), (MODEL, f"{text}\n".encode())):
        with whole_file(folder / name) as file:
            file.write(data)
    return folder


def _npz(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """The bytes of an .npz file; ``numpy.savez`` would put the time of day into them."""
    import numpy as np

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in sorted(arrays):
            array = np.asarray(arrays[name], order="C")
            if array.dtype.hasobject:
                raise GovnerError(f"array {name!r} holds Python objects; a model's arrays must be plain numbers")
            array = array.astype(array.dtype.newbyteorder("<"), copy=False)
            data = io.BytesIO()
            np.lib.format.write_array(data, array, version=(1, 0), allow_pickle=False)
            _add(archive, f"{name}.npy", data.getvalue())
    return out.getvalue()


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    import zlib

    entry = zipfile.ZipInfo(name, _DAY)
    entry.create_system, entry.external_attr = 3, 0o644 << 16  # the same on every system
    shrinks = len(zlib.compress(data, 6)) < _GAIN * len(data)
    entry.compress_type = zipfile.ZIP_DEFLATED if shrinks else zipfile.ZIP_STORED
    archive.writestr(entry, data, compresslevel=6)


def _kind(array: npt.NDArray[Any]) -> list[Any]:
    return [array.dtype.newbyteorder("<").str, list(array.shape)]


def _checksum(told: Mapping[str, Any]) -> str:
    """Of what the tagger relies on. A name may be changed by hand, figures be added."""
    relied = {key: told.get(key) for key in ("labels", "rules", "config", "weights")}
    plain = json.dumps(relied, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(plain.encode()).hexdigest()


def _version() -> str:
    import govner

    return govner.__version__


# --- reading ---------------------------------------------------------------------------------------------------------


def packaged() -> tuple[str, ...]:
    """The names of the models that came with the package."""
    home = _home()
    if not home.is_dir():
        return ()
    return tuple(sorted(item.name for item in home.iterdir() if item.joinpath(MODEL).is_file()))


def read(model: str | Path) -> Model:
    """Read a model: a packaged one by its name (a string), or a folder (a ``Path``, or a string that is no such name).

    The arrays are read-only. Both files are checked against their checksums. Raises ``InputError`` naming the folder
    or name, and the mend, where there is no such model, a file is missing or cannot be read, the format is older or
    newer than this version's, or the weights are truncated, changed or incomplete.
    """
    folder = _find(model)
    told = _told(folder)
    stated = told["weights"]
    data = _bytes(folder, WEIGHTS)
    where = folder / WEIGHTS
    if len(data) != stated["size"]:
        part = "truncated" if len(data) < stated["size"] else "changed"
        raise InputError(f"{where}: {part}: {len(data)} bytes, not {stated['size']}; {_mend(folder)}")
    if hashlib.sha256(data).hexdigest() != stated["sha256"]:
        raise InputError(f"{where}: changed since it was saved (its sha256 differs); {_mend(folder)}")
    arrays = _arrays(folder, data)
    missing = sorted(stated["arrays"].keys() - arrays.keys())
    if missing:
        raise InputError(f"{where}: no array {', '.join(missing)}; {_mend(folder)}")
    for name, kind in stated["arrays"].items():
        if _kind(arrays[name]) != kind:
            raise InputError(f"{where}: array {name} is {_kind(arrays[name])}, not {kind}; {_mend(folder)}")
    return Model(told["name"], tuple(told["labels"]), told["config"], arrays, told["rules"], told["figures"])


def _home() -> Traversable:
    return files("govner").joinpath("models")


def _find(model: str | Path) -> Traversable:
    if isinstance(model, str) and model in packaged():
        return _home().joinpath(model)
    folder = Path(model)
    if folder.is_dir() and str(model):
        return folder
    if folder.is_file():
        raise InputError(f"{folder}: a file; a model is a folder with {MODEL} and {WEIGHTS}")
    known = f"the packaged models are {', '.join(packaged())}" if packaged() else "no model is packaged"
    if isinstance(model, Path) or len(folder.parts) > 1:
        raise InputError(f"{folder}: no such folder; give a folder that govner train wrote, or a name ({known})")
    raise InputError(f"no model {model!r}: {known}, and no folder has this name; train one with govner train")


def _told(folder: Traversable) -> dict[str, Any]:
    """What ``model.json`` says, each field of its type."""
    where = folder / MODEL
    try:
        told: dict[str, Any] = json.loads(_bytes(folder, MODEL).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not JSON: {error}; {_mend(folder)}") from error
    version = told.get("format") if isinstance(told, dict) else None
    if type(version) is not int:
        raise InputError(f"{where}: not a model's description (no format number); {_mend(folder)}")
    if version != FORMAT:
        mend = "install a newer govner" if version > FORMAT else "train the model again with this version"
        made = f", written by govner {told['govner']}" if isinstance(told.get("govner"), str) else ""
        age = "newer" if version > FORMAT else "older"
        raise InputError(f"{where}: format {version}{made}, {age} than {FORMAT}, which this version reads; {mend}")
    absent = [name for name, kind in _FIELDS.items() if type(told.get(name)) is not kind]
    if "weights" not in absent:
        absent += [name for name, kind in _WEIGHTS_FIELDS.items() if type(told["weights"].get(name)) is not kind]
    if absent:
        raise InputError(f"{where}: not there, or not of their type: {', '.join(absent)}; {_mend(folder)}")
    if _checksum(told) != told["sha256"]:
        raise InputError(f"{where}: labels, rules, config or weights were changed by hand; {_mend(folder)}")
    strange = [label for label in told["labels"] if label not in LABELS]
    if strange:
        raise InputError(f"{where}: unknown labels {', '.join(map(str, strange))}; the labels are {', '.join(LABELS)}")
    return told


def _bytes(folder: Traversable, name: str) -> bytes:
    try:
        return folder.joinpath(name).read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"{folder}: no {name} in it; a model is a folder with {MODEL} and {WEIGHTS}") from error
    except OSError as error:
        raise InputError(f"{folder / name}: cannot be read: {error.strerror or error}") from error


def _arrays(folder: Traversable, data: bytes) -> Arrays:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.endswith(".npy")]
            return {name.removesuffix(".npy"): _array(archive.read(name)) for name in names}
    except (ValueError, EOFError, zipfile.BadZipFile, NotImplementedError) as error:
        raise InputError(f"{folder / WEIGHTS}: cannot be read: {error}; {_mend(folder)}") from error


def _array(data: bytes) -> npt.NDArray[Any]:
    """One .npy file's array, lying in the bytes themselves: ``numpy.load`` would copy them piece by piece."""
    import numpy as np

    stream = io.BytesIO(data)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("an array of another .npy version than 1.0")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.hasobject:
        raise ValueError("an array of Python objects, which are never unpickled")
    flat: npt.NDArray[Any] = np.frombuffer(data, dtype, prod(shape), stream.tell())
    return flat.reshape(shape, order="F" if fortran else "C")


def _mend(folder: Traversable) -> str:
    """What to do about a model that is not as it was saved."""
    if str(folder).startswith(str(_home())):
        return "install govner again"
    return "copy it again from where it was made, or train it again (govner train)"
