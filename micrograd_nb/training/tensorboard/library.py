"""The `tensorboard` package, which is loaded when the first writer is made: an extra that not everybody installs."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

INSTALL = 'pip install "micrograd_nb[tensorboard]", or pip install tensorboard'


@cache
def library() -> Any:
    """What is used of the package, by short names: EventFileWriter, and the modules with the messages of event files.

    Raises:
        ImportError: it is not installed.
    """
    try:
        from google.protobuf import struct_pb2, text_format
        from tensorboard.compat.proto import (
            attr_value_pb2,
            config_pb2,
            event_pb2,
            graph_pb2,
            node_def_pb2,
            step_stats_pb2,
            summary_pb2,
            tensor_pb2,
            tensor_shape_pb2,
            versions_pb2,
        )
        from tensorboard.plugins.custom_scalar import layout_pb2
        from tensorboard.plugins.hparams import api_pb2
        from tensorboard.plugins.hparams import plugin_data_pb2 as hparams_pb2
        from tensorboard.plugins.pr_curve import plugin_data_pb2 as pr_curve_pb2
        from tensorboard.plugins.projector import projector_config_pb2
        from tensorboard.plugins.text import plugin_data_pb2 as text_pb2
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ImportError as error:
        raise missing(error) from error
    return SimpleNamespace(
        EventFileWriter=EventFileWriter,
        attr_value=attr_value_pb2,
        config=config_pb2,
        custom_scalar=layout_pb2,
        event=event_pb2,
        graph=graph_pb2,
        hparams=hparams_pb2,
        hparams_api=api_pb2,
        node_def=node_def_pb2,
        pr_curve=pr_curve_pb2,
        projector=projector_config_pb2,
        step_stats=step_stats_pb2,
        struct=struct_pb2,
        summary=summary_pb2,
        tensor=tensor_pb2,
        tensor_shape=tensor_shape_pb2,
        text=text_pb2,
        text_format=text_format,
        versions=versions_pb2,
    )


def missing(error: ImportError) -> ImportError:
    """The error of whoever needs the package and does not find it."""
    return ImportError(
        f"event files are written and read by the package tensorboard, which cannot be loaded ({error}). "
        f"Install it: {INSTALL}",
        name=error.name,
    )
