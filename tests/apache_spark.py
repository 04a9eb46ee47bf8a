"""Apache Spark for tests, in a session of the build's own process.

SLUICE_TEST_SPARK_PYTHON is a Python of this version with pyspark 3.5 (and Java) beside,
SLUICE_TEST_ICEBERG_JAR the Iceberg runtime for it, or a vendor's jar that has it.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ingestion.lakehouse.settings import PROJECT_ROOT

PYTHON, JAR = "SLUICE_TEST_SPARK_PYTHON", "SLUICE_TEST_ICEBERG_JAR"
needed = pytest.mark.skipif(
    not (os.environ.get(PYTHON) and os.environ.get(JAR)),
    reason=f"NOT TESTED: Apache Spark ({PYTHON} and {JAR} name none)",
)
_WHERE = "import pathlib, pyspark; print(pathlib.Path(pyspark.__file__).parent.parent)"
# without it Spark cuts the few rows of a test into two hundred parts
_DEFAULTS = "spark.sql.shuffle.partitions 4\nspark.driver.memory 2g\n"


def environment(folder: Path) -> dict[str, str]:
    """Return what tells a build to open a session of Apache Spark on this machine.

    Args:
        folder: where the session's defaults are written to.
    """
    found = subprocess.run(
        [os.environ[PYTHON], "-c", _WHERE], capture_output=True, text=True, check=True
    )
    folder.mkdir()
    (folder / "spark-defaults.conf").write_text(_DEFAULTS)
    return {
        # before pyspark-client, which has the same name and no Spark
        "PYTHONPATH": f"{found.stdout.strip()}:{PROJECT_ROOT}",
        "SPARK_CONF_DIR": str(folder),
        "SLUICE_SPARK_URI": "local[2]",
        "SLUICE_SPARK_JARS": os.environ[JAR],
    }
