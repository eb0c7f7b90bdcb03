"""Annotation on many machines: Arrow batches, Ray and Spark, each run for real on a cluster of this machine's own.

Ray, PySpark and Java are not in the test group (``--group engines`` brings the first two); their tests are skipped
where they are absent, and say so.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import govner
from govner.entities import Document, GovnerError, InputError

pa = pytest.importorskip("pyarrow", reason='batches are an extra: pip install "govner[batch]"')
pq = pytest.importorskip("pyarrow.parquet")

from govner.batch import annotate  # noqa: E402
from govner.formats.arrow import SCHEMA, from_batch, problems  # noqa: E402
from govner.formats.inputs import Columns  # noqa: E402

TEXTS = (
    "Bí thư Huyện ủy Bình Sơn Lê Văn An thăm xã Bình Đông.",
    "Bà Trần Thị Bé, Chủ tịch UBND tỉnh Quảng Ngãi, tiếp đoàn Hội Nông dân.",
    "Không có gì.",
    "Ông Phạm Văn Cò nguyên là Giám đốc Sở Y tế, nay làm việc tại Công ty TNHH Minh Phát.",
)
ROWS: list[dict[str, Any]] = [
    {"id": f"số {n}", "text": TEXTS[n % len(TEXTS)], "date": "2021-03-16" if n % 3 else None, "source": "Báo Thử"}
    for n in range(600)
]
BAD = {"id": "xấu", "text": None, "date": None, "source": None}


@pytest.fixture(scope="module")
def expected() -> list[Document]:
    return list(govner.load(None).pipe(ROWS))


def dicts(documents: Any) -> list[dict[str, Any]]:
    return [document.to_dict() for document in documents]


# --- the one function ------------------------------------------------------------------------------------------------


def test_one_row_for_each_row(expected: list[Document]) -> None:
    batch = pa.RecordBatch.from_pylist([ROWS[0], BAD, *ROWS[1:]])
    out = annotate(batch, model=None)
    assert out.schema.equals(SCHEMA, check_metadata=True)
    assert out.num_rows == len(ROWS) + 1
    assert dicts(from_batch(out)) == dicts(expected)
    ((where, id),) = [(problem.where, problem.id) for problem in problems(out)]
    assert (where, id) == ("row 1", "xấu")


def test_columns_of_other_names_and_types(expected: list[Document]) -> None:
    table = pa.table(
        {
            "article": pa.array([row["text"] for row in ROWS[:8]], pa.large_string()),
            "number": pa.array(range(8), pa.int64()),
            "published": pa.array([date(2021, 3, 16) if n % 3 else None for n in range(8)], pa.date32()),
            "junk": pa.array([b"\xff"] * 8),
        }
    )
    (batch,) = table.to_batches()
    out = annotate(batch, columns=Columns(id="number", text="article", date="published"), model=None)
    assert out.column("id").to_pylist() == [str(n) for n in range(8)]
    assert [document.date for document in from_batch(out)] == [document.date for document in expected[:8]]
    assert [document.spans for document in from_batch(out)] == [document.spans for document in expected[:8]]
    with pytest.raises(InputError, match="no column for the text"):
        annotate(batch, model=None)
    with pytest.raises(InputError, match="no column 'body'"):
        annotate(batch, columns=Columns(text="body"), model=None)


def test_no_rows_are_no_rows() -> None:
    assert annotate(pa.RecordBatch.from_pylist([], pa.schema([("text", pa.string())])), model=None).num_rows == 0


def test_engines_that_are_not_there_are_named(python: str) -> None:
    code = """
import sys
sys.modules["ray"] = None
import govner.batch, govner.batch.spark
try:
    import govner.batch.ray
except govner.GovnerError as error:
    print(error)
print("pyspark" in sys.modules)
"""
    run = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines() == ['the Ray engine needs Ray: pip install "govner[ray]"', "False"]


# --- Ray -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Ray with two workers on this machine."""
    ray = pytest.importorskip("ray", reason='Ray is not installed: pip install "govner[ray]"')
    pytest.importorskip("ray.data")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=100_000_000)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield ray
    ray.shutdown()


def test_ray_reads_a_dataset_as_one_process_does(cluster: Any, expected: list[Document], tmp_path: Path) -> None:
    from govner.batch import ray as engine

    context = cluster.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    for n in range(3):  # three files: three blocks, so that both workers have work
        pq.write_table(pa.Table.from_pylist([*ROWS[n * 200 : (n + 1) * 200], BAD]), tmp_path / f"{n}.parquet")
    annotated = engine.annotate(str(tmp_path), model=None)
    table = pa.concat_tables([cluster.get(block) for block in annotated.to_arrow_refs()])
    assert table.schema.equals(SCHEMA)
    assert dicts(from_batch(table)) == dicts(expected)
    assert [problem.id for problem in problems(table)] == ["xấu"] * 3


def test_ray_takes_columns_of_other_names(cluster: Any, expected: list[Document]) -> None:
    from govner.batch import ray as engine

    rows = [{"article": row["text"], "key": row["id"], "junk": 7} for row in ROWS[:4]]
    annotated = engine.annotate(
        cluster.data.from_items(rows), columns=Columns(id="key", text="article"), model=None, workers=1
    )
    got = {row["id"]: [span["label"] for span in row["spans"]] for row in annotated.take_all()}
    assert got == {document.id: [span.label for span in document.spans] for document in expected[:4]}
    with pytest.raises(InputError, match="no column for the text"):
        engine.annotate(cluster.data.from_items([{"headline": "x"}]), model=None)


def test_ray_from_files_to_files(cluster: Any, expected: list[Document], tmp_path: Path) -> None:
    from govner.batch import ray as engine

    source = tmp_path / "in"
    (source / "more").mkdir(parents=True)
    lines = [json.dumps(row) for row in ROWS[:300]]
    (source / "a.jsonl").write_text("\n".join([*lines[:5], "{", *lines[5:]]), encoding="utf-8")
    pq.write_table(pa.Table.from_pylist(ROWS[300:]), source / "more" / "b.parquet")
    (source / "z.txt").write_text(TEXTS[0], encoding="utf-8")
    output = tmp_path / "out.parquet"

    counts = engine.annotate_files([str(source)], str(output), model=None, source="Báo Thử")
    assert (counts.done, counts.failed) == (601, 1)
    read = list(govner.read_parquet(output))
    assert dicts(read[:600]) == dicts(expected)
    assert (read[600].id, read[600].source) == ("z", "Báo Thử")
    (line,) = (tmp_path / "out.errors.jsonl").read_text(encoding="utf-8").splitlines()
    assert "a.jsonl:6" in line
    assert "not JSON" in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.errors.jsonl", "out.parquet"]

    with pytest.raises(InputError, match="exists already"):
        engine.annotate_files([str(source)], str(output), model=None)
    counts = engine.annotate_files([str(source / "more")], str(output), model=None, force=True)
    assert (counts.done, counts.failed) == (300, 0)
    assert dicts(govner.read_parquet(output)) == dicts(expected[300:])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out.parquet"]


def test_ray_from_the_command_line(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from govner.cli import main

    rows = [*ROWS[:3], {"id": "xấu"}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    output = tmp_path / "out.parquet"
    command = ["annotate", str(tmp_path / "in.jsonl"), "-o", str(output), "--engine", "ray", "--model", "none"]
    monkeypatch.setattr(sys, "argv", ["govner", *command])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3  # some failed
    assert [document.id for document in govner.read_parquet(output)] == ["số 0", "số 1", "số 2"]
    # An output may be a URI.
    command[3] = f"file://{tmp_path}/store"
    monkeypatch.setattr(sys, "argv", ["govner", *command])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3
    assert len(list(govner.read_parquet(tmp_path / "store"))) == 3


def test_ray_on_a_store_marks_success(cluster: Any, expected: list[Document], tmp_path: Path) -> None:
    # file:// goes the way of every URI; there is no object store on a test machine.
    from govner.batch import ray as engine

    pq.write_table(pa.Table.from_pylist(ROWS[:50]), tmp_path / "in.parquet")
    counts = engine.annotate_files([f"file://{tmp_path}/in.parquet"], f"file://{tmp_path}/out", model=None)
    assert counts.done == 50
    assert (tmp_path / "out" / "_SUCCESS").is_file()
    assert dicts(govner.read_parquet(f"file://{tmp_path}/out")) == dicts(expected[:50])


@pytest.fixture
def bucket() -> Iterator[Callable[[str], str]]:
    """An S3 store on this machine with a bucket ``news``; gives the URI of a path in it."""
    server = pytest.importorskip("moto.server", reason='no S3 store to test with: pip install "moto[server]"')
    store = server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    store.start()
    host, port = store.get_host_and_port()
    options = f"endpoint_override={host}:{port}&scheme=http&region=us-east-1&allow_bucket_creation=true"
    import pyarrow.fs

    pyarrow.fs.FileSystem.from_uri(f"s3://key:secret@news?{options}")[0].create_dir("news")
    yield lambda path: f"s3://key:secret@news/{path}?{options}"
    store.stop()


def test_ray_from_an_object_store_to_an_object_store(
    cluster: Any, expected: list[Document], bucket: Callable[[str], str]
) -> None:
    import pyarrow.fs

    from govner.batch import ray as engine

    store, path = pyarrow.fs.FileSystem.from_uri(bucket("in/a.parquet"))
    pq.write_table(pa.Table.from_pylist([*ROWS[:20], BAD]), path, filesystem=store)
    counts = engine.annotate_files([bucket("in")], bucket("out"), model=None)
    assert (counts.done, counts.failed) == (20, 1)
    for read in (govner.read_parquet(bucket("out")), govner.read_parquet("news/out", filesystem=store)):
        assert dicts(read) == dicts(expected[:20])
    assert store.get_file_info("news/out/_SUCCESS").type == pyarrow.fs.FileType.File
    with store.open_input_stream("news/out.errors.jsonl") as file:
        assert json.loads(file.read())["id"] == "xấu"
    with pytest.raises(InputError, match="exists already"):
        engine.annotate_files([bucket("in")], bucket("out"), model=None)
    assert engine.annotate_files([bucket("in")], bucket("out"), model=None, force=True).done == 20
    assert len(list(govner.read_parquet(bucket("out")))) == 20


def test_ray_that_cannot_leaves_nothing(cluster: Any, tmp_path: Path) -> None:
    from govner.batch import ray as engine

    pq.write_table(pa.Table.from_pylist(ROWS[:5]), tmp_path / "in.parquet")
    for inputs, reason in (
        ([str(tmp_path / "none.jsonl")], "none.jsonl: no such file"),
        ([str(tmp_path / "in.parquet"), "s3://news"], "not both"),
    ):
        with pytest.raises(InputError, match=reason):
            engine.annotate_files(inputs, str(tmp_path / "out"), model=None)
    with pytest.raises(InputError, match="cannot be written to"):
        engine.annotate_files([str(tmp_path / "in.parquet")], "carrier-pigeon://coop/out", model=None)
    with pytest.raises(InputError, match="make it first"):
        engine.annotate_files([str(tmp_path / "in.parquet")], str(tmp_path / "no" / "out"), model=None)
    with pytest.raises(InputError, match="no such folder"):
        engine.annotate_files([str(tmp_path / "in.parquet")], str(tmp_path / "out"), model=str(tmp_path / "none"))
    (tmp_path / "bad.parquet").write_bytes(b"no Parquet at all")
    with pytest.raises(GovnerError, match=r"Ray could not finish: ArrowInvalid: .*Parquet"):
        engine.annotate_files([f"file://{tmp_path}/bad.parquet"], str(tmp_path / "out"), model=None)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.parquet", "in.parquet"]


# --- Spark -----------------------------------------------------------------------------------------------------------


def java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return bool(shutil.which("java") or (home and Path(home, "bin", "java").exists()))


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """Spark with two workers on this machine."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip('PySpark is not installed: pip install "govner[spark]"')
    if not java():
        pytest.skip("PySpark needs Java, which is not here")
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    settings = {"spark.ui.enabled": "false", "spark.driver.memory": "1g", "spark.sql.shuffle.partitions": "2",
                "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}  # fmt: skip
    builder = SparkSession.builder.master("local[2]").appName("govner tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    yield spark
    spark.stop()


def test_spark_reads_as_one_process_does(session: Any, expected: list[Document], tmp_path: Path) -> None:
    from govner.batch import spark as engine

    frame = session.createDataFrame([*ROWS, BAD], "id string, text string, date string, source string")
    annotated = frame.repartition(2).mapInArrow(engine.annotator(model=None), schema=engine.SCHEMA)
    annotated.write.parquet(str(tmp_path / "out"))
    read = {document.id: document for document in govner.read_parquet(tmp_path / "out")}
    assert dicts(read[document.id] for document in expected) == dicts(expected)
    assert len(read) == len(expected)
    (failed,) = annotated.where("error is not null").select("id", "error").collect()
    assert failed.id == "xấu"
    assert "text" in failed.error


def test_spark_one_liner_with_the_packaged_model(session: Any) -> None:
    df = session.createDataFrame([{"id": "a", "text": TEXTS[0], "date": date(2021, 3, 16)}])
    annotated = df.mapInArrow(govner.batch.spark.annotate, schema=govner.batch.spark.SCHEMA)
    (row,) = annotated.selectExpr("id", "people[0].name as name", "people[0].positions[0].name as post").collect()
    assert (row.id, row.name, row.post) == ("a", "Lê Văn An", "Bí thư Huyện ủy Bình Sơn")


def test_spark_says_what_column_is_missing(session: Any) -> None:
    from govner.batch import spark as engine

    frame = session.createDataFrame([{"headline": "x"}])
    with pytest.raises(Exception, match="no column for the text"):
        frame.mapInArrow(engine.annotate, schema=engine.SCHEMA).collect()
