import platform

import mlflow

from experiments.environment import environment


def test_it_names_the_interpreter_the_system_and_every_package():
    found = environment()
    assert found["python"] == platform.python_version()
    assert found["mlflow"] == mlflow.__version__
    assert {"system", "pyspark", "pysail", "deltalake"} <= set(found)
