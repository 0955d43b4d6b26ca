"""Where the time goes: a profiler, as PyTorch's. (PyTorch: torch.profiler)

    with profile(record_shapes=True, profile_memory=True) as prof:
        with record_function("forward"):
            loss = loss_fn(model(x), y)
        loss.backward()
    print(prof.key_averages().table(sort_by="self_cpu_time_total", row_limit=10))
    prof.key_averages().plot()
    prof.export_chrome_trace("trace.json")      # opens in ui.perfetto.dev and in chrome://tracing

What a profile shows, by name:

    mg::mul                                 an operation: the time in its NumPy code (PyTorch: aten::mul)
    MulBackward0                            its gradient rules, and inside the operations that they call
    torch::autograd::AccumulateGrad         a leaf adds the gradient that has arrived to its `.grad`
    autograd::engine::execute               a backward pass; its own time is the walk, and sums of gradients
    Optimizer.step#SGD.step                 a step of an optimizer
    enumerate(DataLoader)#…                 the loop waits for its next batch
    static_graph::replay                    a static graph is replayed: the calls of NumPy in it are not told apart
    ProfilerStep#3                          from one `prof.step()` to the next

Python's part of an operation, the tensor and the node around it, is in the own time of what it runs in.
"""

from ...autograd.profiling import record_function
from .chrome import tensorboard_trace_handler
from .events import EventList, FunctionEvent, FunctionEventAvg
from .profile import ProfilerActivity, profile
from .schedule import ProfilerAction, schedule

__all__ = [
    "EventList",
    "FunctionEvent",
    "FunctionEventAvg",
    "ProfilerAction",
    "ProfilerActivity",
    "profile",
    "record_function",
    "schedule",
    "tensorboard_trace_handler",
]
