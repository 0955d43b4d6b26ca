"""The Tensor: an array, its gradient, and the node of the operation that made it.

    tensor.array   the numbers, a NumPy array
    tensor.grad    ∂loss/∂tensor, once a backward pass has been here; kept for leaves only
    tensor.node    where its gradient goes: the Function that made it, AccumulateGrad for a leaf that requires
                   gradients, None where no gradient is wanted

Its methods are the functions of the other modules: here each has one line, its name.
"""

from __future__ import annotations

import builtins
import weakref
from collections.abc import Callable, Iterator
from typing import Any, Self

import numpy as np
from numpy import asarray, ndarray

from .. import autograd
from ..autograd import hooks
from ..autograd.engine import backward_steps, run_backward
from ..autograd.gradients import root
from ..autograd.hooks import RemovableHandle
from ..autograd.node import AccumulateGrad, Node
from ..autograd.recorded import Recorded
from . import (
    arranging,
    axes,
    conversion,
    creation,
    devices,
    dtypes,
    elementwise,
    errors,
    gathering,
    in_place,
    in_place_forms,
    indexing,
    joining,
    matrices,
    norms,
    order,
    products,
    random,
    record,
    reductions,
    scans,
    shapes,
    sorting,
)
from .axes import Size
from .printing import tensor_repr
from .record import operand, wrap


@record.makes
class Tensor:
    """An n-dimensional array that remembers how it was computed.

    Make one with `tensor(data)`, `zeros(shape)`, `randn(shape)` …; operations make the others. A tensor that you make
    with `requires_grad=True` is a leaf: `backward()` on anything computed from it fills its `grad`.

    >>> import micrograd_nb as mg
    >>> a = mg.tensor(2.0, requires_grad=True)
    >>> c = a * a + 3 * a
    >>> c
    tensor(10., grad_fn=<AddBackward0>)
    >>> c.backward()
    >>> a.grad
    tensor(7.)
    """

    __slots__ = ("__weakref__", "_grad", "_view", "array", "node")

    array: ndarray
    node: Node | None
    _view: tuple[Any, Any, dict[str, Any]] | None  # of a view: what it looks into, by which operation, with what
    _grad: Tensor | ndarray | None  # an array until somebody asks for the tensor

    def __init__(self, *data_or_sizes: Any) -> None:
        """A tensor of the default dtype: of data, or, of sizes, an empty one. Use `tensor(data)`."""
        self.array = creation.legacy(data_or_sizes, dtypes.get_default_dtype().dtype)
        self._grad = self.node = None

    # -- what it is

    @property
    def shape(self) -> Size:
        return Size(self.array.shape)

    @property
    def dtype(self) -> dtypes.dtype:
        return dtypes.FROM_NUMPY[self.array.dtype]

    @property
    def device(self) -> devices.device:
        return devices.CPU

    @property
    def is_cpu(self) -> bool:
        return True

    @property
    def is_cuda(self) -> bool:
        return False

    is_mps = is_sparse = is_quantized = is_cuda

    @property
    def ndim(self) -> int:
        return self.array.ndim

    @property
    def itemsize(self) -> int:
        return self.array.itemsize

    @property
    def nbytes(self) -> int:
        return self.array.nbytes

    def size(self, dim: int | None = None) -> Any:
        """The shape, or the length of one axis."""
        return self.shape if dim is None else self.shape[axes.one(self, dim)]

    def dim(self) -> int:
        return self.array.ndim

    ndimension = dim

    def numel(self) -> int:
        return self.array.size

    nelement = numel

    def is_contiguous(self) -> bool:
        return self.array.flags.c_contiguous

    def is_floating_point(self) -> bool:
        return self.array.dtype.kind == "f"

    def is_complex(self) -> bool:
        return False

    def is_signed(self) -> bool:
        return self.array.dtype.kind in "if"

    # -- gradients

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded. Only a leaf's can be set, and only on floats."""
        return self.node is not None

    @requires_grad.setter
    def requires_grad(self, wanted: bool) -> None:
        if wanted == (self.node is not None):
            return
        if not self.is_leaf:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in "
                "a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        if wanted and self.array.dtype.kind != "f":
            raise RuntimeError(
                "only Tensors of floating point dtype can require gradients: a gradient says what an arbitrarily small "
                f"change does, and {self.dtype.name} cannot change by a little. "
                "Make it a float: tensor(1.0), or x.float()."
            )
        self.node = AccumulateGrad(self) if wanted else None

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Sets `requires_grad` and returns the tensor."""
        self.requires_grad = requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether the user made this tensor: no recorded operation did."""
        return self.node is None or type(self.node) is AccumulateGrad

    @property
    def grad_fn(self) -> Node | None:
        """The Function that made this tensor, or None for a leaf."""
        return None if self.node is None or self.is_leaf else self.node.as_function()[0]

    @property
    def grad(self) -> Tensor | None:
        """∂loss/∂self, added up over all backward passes since it was last None. Leaves only."""
        grad = self._grad
        if grad is None and not self.is_leaf:
            errors.warn_not_a_leaf()
        if grad is not None and not isinstance(grad, Tensor):
            grad = self._grad = wrap(grad)
        return grad

    @grad.setter
    def grad(self, grad: Tensor | None) -> None:
        if grad is not None:
            if not isinstance(grad, Tensor):
                raise TypeError(
                    f"assigned grad expected to be a Tensor or None but got grad of type {type(grad).__name__}"
                )
            if grad.array.shape != self.array.shape or grad.array.dtype != self.array.dtype:
                raise RuntimeError(
                    f"assigned grad must have the tensor's shape and dtype, {self.array.shape} {self.dtype.name}, "
                    f"but has {grad.array.shape} {grad.dtype.name}"
                )
        self._grad = grad

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Computes the gradient of this tensor with respect to every leaf it was computed from, and adds it there.

        Arguments:
            gradient: ∂loss/∂self, of this tensor's shape; may be left out for a single number, where it is 1.
            retain_graph: keep what the graph saved, so that another backward pass can go through it; left out, as
                `create_graph`.
            create_graph: record the computation of the gradients, so that they can be differentiated themselves.
            inputs: the tensors whose `.grad` is wanted; left out, all leaves.

        Raises:
            RuntimeError: no gradient was given for more than one number; the tensor does not require gradients; an
                earlier pass has freed the graph; a number that an operation saved has been overwritten in place.

        >>> import micrograd_nb as mg
        >>> x = mg.tensor([1.0, 2.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4.])
        """
        if create_graph or inputs is not None:
            autograd.backward(self, gradient, retain_graph, create_graph, inputs)
        else:
            run_backward([root(self, gradient)], retain_graph=bool(retain_graph))

    def backward_steps(
        self, gradient: Tensor | None = None, *, retain_graph: bool = False, shadow: bool = False
    ) -> Iterator[autograd.Step]:
        """The backward pass, one `Step` at a time: the same engine as `backward()`, which drains it.

        `shadow=True` only looks: no `grad` changes, and the graph is not freed.

        >>> import micrograd_nb as mg
        >>> a = mg.tensor(2.0, requires_grad=True)
        >>> [step.kind for step in (a + a).backward_steps(shadow=True)]
        ['seed', 'ready', 'send', 'send', 'accumulate', 'done']
        """
        return backward_steps([root(self, gradient)], retain_graph=retain_graph, shadow=shadow)

    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Calls `hook(grad)` with the gradient of this tensor whenever a backward pass has completed it.

        If the hook returns a tensor, that takes the gradient's place.

        >>> import micrograd_nb as mg
        >>> x = mg.tensor(2.0, requires_grad=True)
        >>> y = x * 3
        >>> handle = y.register_hook(lambda grad: grad * 10)
        >>> y.backward()
        >>> x.grad
        tensor(30.)
        """
        if self.node is None:
            raise RuntimeError(
                "cannot register a hook on a tensor that doesn't require gradient: no backward pass comes to it. "
                "Make it a leaf with requires_grad=True, or hook what is computed from one."
            )
        return hooks.register(self.node, "tensor", hook)

    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], None]) -> RemovableHandle:
        """Calls `hook(leaf)` after a backward pass has added to this leaf's `.grad`."""
        if type(self.node) is not AccumulateGrad:
            raise RuntimeError(
                "post accumulate grad hooks cannot be registered on non-leaf tensors: only leaves keep one"
            )
        return hooks.register(self.node, "accumulated", hook)

    def retain_grad(self) -> None:
        """Keeps the gradient of a computed tensor in its `.grad`, as a leaf does.

        >>> import micrograd_nb as mg
        >>> x = mg.tensor(2.0, requires_grad=True)
        >>> y = x * x
        >>> y.retain_grad()
        >>> (y * 3).backward()
        >>> y.grad
        tensor(3.)
        """
        if self.node is None:
            raise RuntimeError(
                "can't retain_grad on Tensor that has requires_grad=False: no gradient comes to it. Make a leaf with "
                "requires_grad=True before you compute."
            )
        if not self.is_leaf and not self.retains_grad:
            hooks.register(self.node, "retain", _Keep(self))

    @property
    def retains_grad(self) -> bool:
        """Whether `retain_grad()` was called on this computed tensor."""
        return self.node is not None and bool(hooks.of(self.node, "retain"))

    def detach(self) -> Tensor:
        """The same numbers without a history: shares memory, requires no gradient."""
        return wrap(self.array)

    def detach_(self) -> Tensor:
        """Forgets the history of this tensor, in place: it becomes a leaf that requires no gradient."""
        if getattr(self, "_view", None) is not None:
            raise RuntimeError("Can't detach views in-place. Use detach() instead, which gives a new tensor.")
        self.node = None
        return self

    @property
    def data(self) -> Tensor:
        """The same numbers without a history, as `detach()`. What is assigned takes their place, unrecorded."""
        return wrap(self.array)

    @data.setter
    def data(self, new: Tensor) -> None:
        if not isinstance(new, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(new).__name__}: make one, tensor(...)")
        self.array = new.array

    def accumulate_grad(self, grad: Any, owned: bool) -> None:
        """Adds what a backward pass brought to `grad`. A leaf's gradient shares memory with nothing.

        `owned`: nobody but the engine holds the array. It may become the gradient unless it is a view.
        """
        now = self._grad
        if now is None and owned and type(grad) is ndarray and grad.base is None:  # nearly always
            self._grad = grad
        elif isinstance(grad, Recorded):  # create_graph: the gradient has a history
            new = wrap(grad.array, grad.node)
            self._grad = new if now is None else self.grad + new
        elif now is None:
            is_array = isinstance(grad, (ndarray, np.generic))  # and none that stands for one during a trace
            self._grad = np.array(grad) if is_array else grad if owned and grad.base is None else grad.copy()
        else:
            array = now if type(now) is ndarray else now.array  # type: ignore[union-attr]
            np.add(array, grad, array)

    # -- each element: see `elementwise`

    __add__ = __radd__ = elementwise.plus
    __sub__ = elementwise.minus
    __rsub__ = elementwise.rsub
    __mul__ = __rmul__ = mul = multiply = elementwise.mul
    __truediv__ = true_divide = elementwise.true_divide
    __rtruediv__ = elementwise.rdiv
    __floordiv__ = floor_divide = elementwise.floor_divide
    __rfloordiv__ = elementwise.rfloordiv
    __mod__ = remainder = elementwise.remainder
    __rmod__ = elementwise.rmod
    __pow__ = pow = elementwise.pow
    __rpow__ = elementwise.rpow
    __neg__ = neg = negative = elementwise.neg
    __pos__ = positive = elementwise.positive
    __abs__ = abs = absolute = elementwise.abs
    add = elementwise.add
    sub = subtract = elementwise.sub
    div = divide = elementwise.div
    fmod = elementwise.fmod
    addcmul = elementwise.addcmul
    addcdiv = elementwise.addcdiv
    lerp = elementwise.lerp
    square = elementwise.square
    sqrt = elementwise.sqrt
    rsqrt = elementwise.rsqrt
    reciprocal = elementwise.reciprocal
    float_power = elementwise.float_power
    hypot = elementwise.hypot
    exp = elementwise.exp
    exp2 = elementwise.exp2
    expm1 = elementwise.expm1
    log = elementwise.log
    log2 = elementwise.log2
    log10 = elementwise.log10
    log1p = elementwise.log1p
    logaddexp = elementwise.logaddexp
    logaddexp2 = elementwise.logaddexp2
    xlogy = elementwise.xlogy
    sigmoid = elementwise.sigmoid
    logit = elementwise.logit
    erf = elementwise.erf
    erfc = elementwise.erfc
    erfinv = elementwise.erfinv
    sin = elementwise.sin
    cos = elementwise.cos
    tan = elementwise.tan
    asin = arcsin = elementwise.asin
    acos = arccos = elementwise.acos
    atan = arctan = elementwise.atan
    atan2 = arctan2 = elementwise.atan2
    sinh = elementwise.sinh
    cosh = elementwise.cosh
    tanh = elementwise.tanh
    asinh = arcsinh = elementwise.asinh
    acosh = arccosh = elementwise.acosh
    atanh = arctanh = elementwise.atanh
    sinc = elementwise.sinc
    deg2rad = elementwise.deg2rad
    rad2deg = elementwise.rad2deg
    floor = elementwise.floor
    ceil = elementwise.ceil
    trunc = fix = elementwise.trunc
    frac = elementwise.frac
    round = elementwise.round
    sign = sgn = elementwise.sign
    copysign = elementwise.copysign
    relu = elementwise.relu
    maximum = elementwise.maximum
    minimum = elementwise.minimum
    fmax = elementwise.fmax
    fmin = elementwise.fmin
    clamp = clip = elementwise.clamp
    clamp_min = elementwise.clamp_min
    clamp_max = elementwise.clamp_max
    where = elementwise.where_method
    masked_fill = elementwise.masked_fill
    nan_to_num = elementwise.nan_to_num
    clone = elementwise.clone

    # -- comparison: results of dtype bool, without gradients

    __eq__ = eq = elementwise.eq  # type: ignore[assignment]
    __ne__ = ne = not_equal = elementwise.ne  # type: ignore[assignment]
    __lt__ = lt = less = elementwise.lt
    __le__ = le = less_equal = elementwise.le
    __gt__ = gt = greater = elementwise.gt
    __ge__ = ge = greater_equal = elementwise.ge
    __and__ = __rand__ = bitwise_and = elementwise.bitwise_and
    __or__ = __ror__ = bitwise_or = elementwise.bitwise_or
    __xor__ = __rxor__ = bitwise_xor = elementwise.bitwise_xor
    __lshift__ = bitwise_left_shift = elementwise.bitwise_left_shift
    __rshift__ = bitwise_right_shift = elementwise.bitwise_right_shift
    __invert__ = bitwise_not = elementwise.bitwise_not
    __hash__ = object.__hash__
    logical_and = elementwise.logical_and
    logical_or = elementwise.logical_or
    logical_xor = elementwise.logical_xor
    logical_not = elementwise.logical_not
    isnan = elementwise.isnan
    isinf = elementwise.isinf
    isfinite = elementwise.isfinite
    isposinf = elementwise.isposinf
    isneginf = elementwise.isneginf
    signbit = elementwise.signbit
    isclose = elementwise.isclose
    allclose = elementwise.allclose
    equal = elementwise.equal

    # -- reduction

    sum = reductions.sum
    nansum = reductions.nansum
    mean = reductions.mean
    nanmean = reductions.nanmean
    prod = reductions.prod
    var = reductions.var
    std = reductions.std
    logsumexp = reductions.logsumexp
    softmax = reductions.softmax
    log_softmax = reductions.log_softmax
    all = reductions.all
    any = reductions.any
    count_nonzero = reductions.count_nonzero
    bincount = reductions.bincount
    histc = reductions.histc

    # -- order

    max = order.max
    min = order.min
    amax = order.amax
    amin = order.amin
    aminmax = order.aminmax
    argmax = order.argmax
    argmin = order.argmin
    median = order.median
    nanmedian = order.nanmedian
    kthvalue = order.kthvalue
    mode = order.mode
    quantile = order.quantile
    nanquantile = order.nanquantile

    # -- running along an axis

    cumsum = scans.cumsum
    cumprod = scans.cumprod
    logcumsumexp = scans.logcumsumexp
    cummax = scans.cummax
    cummin = scans.cummin
    diff = scans.diff

    # -- matrices

    matmul = __matmul__ = products.matmul
    __rmatmul__ = products.rmatmul
    mm = products.mm
    bmm = products.bmm
    mv = products.mv
    dot = products.dot
    vdot = products.vdot
    inner = products.inner
    outer = ger = products.outer
    addmm = products.addmm
    addmv = products.addmv
    addr = products.addr
    addbmm = products.addbmm
    baddbmm = products.baddbmm
    kron = products.kron
    cross = products.cross
    trace = products.trace
    norm = norms.norm
    dist = norms.dist
    det = matrices.det
    logdet = matrices.logdet
    slogdet = matrices.slogdet
    inverse = matrices.inverse
    pinverse = matrices.pinverse
    matrix_power = matrices.matrix_power
    matrix_exp = matrices.matrix_exp
    cholesky = matrices.cholesky
    qr = matrices.qr
    svd = matrices.svd

    # -- shape

    reshape = shapes.reshape
    reshape_as = shapes.reshape_as
    view = shapes.view
    view_as = shapes.view_as
    flatten = shapes.flatten
    ravel = shapes.ravel
    unflatten = shapes.unflatten
    squeeze = shapes.squeeze
    unsqueeze = shapes.unsqueeze
    transpose = swapdims = shapes.transpose
    swapaxes = shapes.swapaxes
    t = shapes.t
    adjoint = shapes.adjoint
    permute = shapes.permute
    movedim = moveaxis = shapes.movedim
    expand = broadcast_to = shapes.expand
    expand_as = shapes.expand_as
    diagonal = shapes.diagonal
    unfold = shapes.unfold
    as_strided = shapes.as_strided
    contiguous = shapes.contiguous
    T = property(shapes.reversed_axes)
    mT = property(shapes.transposed_matrices)
    mH = property(shapes.adjoint)
    H = property(shapes.transposed_matrix)

    # -- arrangement

    repeat = arranging.repeat
    tile = arranging.tile
    repeat_interleave = arranging.repeat_interleave
    flip = arranging.flip
    fliplr = arranging.fliplr
    flipud = arranging.flipud
    roll = arranging.roll
    rot90 = arranging.rot90
    tril = arranging.tril
    triu = arranging.triu
    diag = arranging.diag
    diagflat = arranging.diagflat
    diag_embed = arranging.diag_embed

    # -- taken apart

    split = joining.split
    split_with_sizes = joining.split_with_sizes
    chunk = joining.chunk
    tensor_split = joining.tensor_split
    hsplit = joining.hsplit
    vsplit = joining.vsplit
    dsplit = joining.dsplit
    unbind = joining.unbind

    # -- indexing

    __getitem__ = indexing.getitem
    __setitem__ = indexing.setitem
    select = indexing.select
    narrow = indexing.narrow
    gather = gathering.gather
    scatter = gathering.scatter
    scatter_add = gathering.scatter_add
    scatter_reduce = gathering.scatter_reduce
    take_along_dim = gathering.take_along_dim
    index_select = gathering.index_select
    index_add = gathering.index_add
    index_copy = gathering.index_copy
    index_fill = gathering.index_fill
    index_put = gathering.index_put
    take = gathering.take
    put = gathering.put
    masked_select = gathering.masked_select
    masked_scatter = gathering.masked_scatter

    # -- order

    sort = sorting.sort
    argsort = sorting.argsort
    msort = sorting.msort
    topk = sorting.topk
    nonzero = sorting.nonzero
    argwhere = sorting.argwhere
    unique = sorting.unique
    unique_consecutive = sorting.unique_consecutive

    # -- in place

    __iadd__ = in_place.plus_
    __isub__ = in_place.minus_
    add_ = in_place.add_
    sub_ = subtract_ = in_place.sub_
    mul_ = multiply_ = __imul__ = in_place.mul_
    div_ = divide_ = in_place.div_
    zero_ = in_place.zero_
    fill_ = in_place.fill_
    copy_ = in_place.copy_
    cumsum_ = in_place_forms.cumsum_
    cumprod_ = in_place_forms.cumprod_
    addmm_ = in_place_forms.addmm_
    addmv_ = in_place_forms.addmv_
    addr_ = in_place_forms.addr_
    addbmm_ = in_place_forms.addbmm_
    baddbmm_ = in_place_forms.baddbmm_
    true_divide_ = __itruediv__ = in_place_forms.true_divide_
    floor_divide_ = __ifloordiv__ = in_place_forms.floor_divide_
    remainder_ = __imod__ = in_place_forms.remainder_
    fmod_ = in_place_forms.fmod_
    pow_ = __ipow__ = in_place_forms.pow_
    neg_ = negative_ = in_place_forms.neg_
    abs_ = absolute_ = in_place_forms.abs_
    addcmul_ = in_place_forms.addcmul_
    addcdiv_ = in_place_forms.addcdiv_
    lerp_ = in_place_forms.lerp_
    square_ = in_place_forms.square_
    sqrt_ = in_place_forms.sqrt_
    rsqrt_ = in_place_forms.rsqrt_
    reciprocal_ = in_place_forms.reciprocal_
    hypot_ = in_place_forms.hypot_
    exp_ = in_place_forms.exp_
    exp2_ = in_place_forms.exp2_
    expm1_ = in_place_forms.expm1_
    log_ = in_place_forms.log_
    log2_ = in_place_forms.log2_
    log10_ = in_place_forms.log10_
    log1p_ = in_place_forms.log1p_
    xlogy_ = in_place_forms.xlogy_
    sigmoid_ = in_place_forms.sigmoid_
    logit_ = in_place_forms.logit_
    erf_ = in_place_forms.erf_
    erfc_ = in_place_forms.erfc_
    erfinv_ = in_place_forms.erfinv_
    sin_ = in_place_forms.sin_
    cos_ = in_place_forms.cos_
    tan_ = in_place_forms.tan_
    asin_ = arcsin_ = in_place_forms.asin_
    acos_ = arccos_ = in_place_forms.acos_
    atan_ = arctan_ = in_place_forms.atan_
    atan2_ = arctan2_ = in_place_forms.atan2_
    sinh_ = in_place_forms.sinh_
    cosh_ = in_place_forms.cosh_
    tanh_ = in_place_forms.tanh_
    asinh_ = arcsinh_ = in_place_forms.asinh_
    acosh_ = arccosh_ = in_place_forms.acosh_
    atanh_ = arctanh_ = in_place_forms.atanh_
    sinc_ = in_place_forms.sinc_
    deg2rad_ = in_place_forms.deg2rad_
    rad2deg_ = in_place_forms.rad2deg_
    floor_ = in_place_forms.floor_
    ceil_ = in_place_forms.ceil_
    trunc_ = fix_ = in_place_forms.trunc_
    frac_ = in_place_forms.frac_
    round_ = in_place_forms.round_
    sign_ = sgn_ = in_place_forms.sign_
    copysign_ = in_place_forms.copysign_
    relu_ = in_place_forms.relu_
    clamp_ = clip_ = in_place_forms.clamp_
    clamp_min_ = in_place_forms.clamp_min_
    clamp_max_ = in_place_forms.clamp_max_
    masked_fill_ = in_place_forms.masked_fill_
    nan_to_num_ = in_place_forms.nan_to_num_
    float_power_ = in_place_forms.float_power_
    eq_ = in_place_forms.eq_
    ne_ = not_equal_ = in_place_forms.ne_
    lt_ = less_ = in_place_forms.lt_
    le_ = less_equal_ = in_place_forms.le_
    gt_ = greater_ = in_place_forms.gt_
    ge_ = greater_equal_ = in_place_forms.ge_
    logical_and_ = in_place_forms.logical_and_
    logical_or_ = in_place_forms.logical_or_
    logical_xor_ = in_place_forms.logical_xor_
    logical_not_ = in_place_forms.logical_not_
    bitwise_and_ = __iand__ = in_place_forms.bitwise_and_
    bitwise_or_ = __ior__ = in_place_forms.bitwise_or_
    bitwise_xor_ = __ixor__ = in_place_forms.bitwise_xor_
    bitwise_not_ = in_place_forms.bitwise_not_
    bitwise_left_shift_ = __ilshift__ = in_place_forms.bitwise_left_shift_
    bitwise_right_shift_ = __irshift__ = in_place_forms.bitwise_right_shift_
    squeeze_ = in_place_forms.squeeze_
    unsqueeze_ = in_place_forms.unsqueeze_
    transpose_ = swapdims_ = in_place_forms.transpose_
    swapaxes_ = in_place_forms.swapaxes_
    t_ = in_place_forms.t_
    tril_ = in_place_forms.tril_
    triu_ = in_place_forms.triu_
    scatter_ = in_place_forms.scatter_
    scatter_add_ = in_place_forms.scatter_add_
    scatter_reduce_ = in_place_forms.scatter_reduce_
    index_add_ = in_place_forms.index_add_
    index_copy_ = in_place_forms.index_copy_
    index_fill_ = in_place_forms.index_fill_
    index_put_ = in_place_forms.index_put_
    masked_scatter_ = in_place_forms.masked_scatter_
    put_ = in_place_forms.put_
    fill_diagonal_ = in_place_forms.fill_diagonal_

    # -- conversion

    to = conversion.to
    type = conversion.type_
    type_as = conversion.type_as
    float = conversion.float
    double = conversion.double
    half = conversion.half
    long = conversion.long
    int = conversion.int
    short = conversion.short
    char = conversion.char
    byte = conversion.byte
    bool = conversion.bool
    cpu = conversion.cpu
    cuda = conversion.cuda
    get_device = conversion.get_device
    item = conversion.item
    tolist = conversion.tolist
    numpy = conversion.numpy
    apply_ = conversion.apply_
    map_ = conversion.map_
    element_size = conversion.element_size
    stride = conversion.stride
    storage_offset = conversion.storage_offset
    data_ptr = conversion.data_ptr
    untyped_storage = conversion.untyped_storage
    share_memory_ = conversion.share_memory_

    # -- new tensors of this one's dtype

    new_tensor = creation.new_tensor
    new_zeros = creation.new_zeros
    new_ones = creation.new_ones
    new_empty = creation.new_empty
    new_full = creation.new_full

    # -- at random

    bernoulli = random.bernoulli
    multinomial = random.multinomial
    uniform_ = random.uniform_
    normal_ = random.normal_
    random_ = random.random_
    bernoulli_ = random.bernoulli_
    exponential_ = random.exponential_
    geometric_ = random.geometric_
    cauchy_ = random.cauchy_
    log_normal_ = random.log_normal_

    # -- Python's and NumPy's protocols

    def __array__(self, dtype: Any = None, copy: Any = None) -> ndarray:
        return np.array(self.numpy(), dtype, copy=copy)

    def __dlpack__(self, **options: Any) -> Any:
        return self.numpy().__dlpack__(**options)

    def __dlpack_device__(self) -> tuple[Any, Any]:
        return self.array.__dlpack_device__()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """`array * tensor` and `np.exp(tensor)` are tensors, recorded like `tensor * array` and `tensor.exp()`."""
        operation = _UFUNCS.get(ufunc)
        if operation is None or method != "__call__" or options:
            return NotImplemented
        first, *rest = (x if isinstance(x, Tensor) else operand(x) for x in inputs)
        if not isinstance(first, Tensor):
            first = wrap(asarray(first, dtypes.common_dtype(first, rest[0].array)))
        return getattr(first, operation)(*rest)

    def __bool__(self) -> builtins.bool:
        if self.array.size != 1:
            raise RuntimeError(
                f"Boolean value of Tensor with {'no values' if not self.array.size else 'more than one value'} is "
                "ambiguous. Ask for .any() or .all() of its elements."
            )
        return bool(self.array.item())

    def __float__(self) -> builtins.float:
        return float(self.item())

    def __int__(self) -> builtins.int:
        return int(self.item())

    def __index__(self) -> builtins.int:
        if self.array.dtype.kind not in "biu" or self.array.size != 1:
            raise TypeError(
                "only integer tensors of a single element can be converted to an index, not one of "
                f"{self.numel()} elements of {self.dtype.name}"
            )
        return int(self.array.item())

    def __len__(self) -> builtins.int:
        if self.array.ndim == 0:
            raise TypeError("len() of a 0-d tensor: it has no axis to count along. numel() counts elements.")
        return len(self.array)

    def __iter__(self) -> Iterator[Tensor]:
        if self.array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor: it holds one number, item()")
        return iter(self.unbind())

    def __reversed__(self) -> Tensor:
        return self.flip(0) if self.array.ndim else self

    def __contains__(self, element: Any) -> builtins.bool:
        return bool((self.array == (element.array if isinstance(element, Tensor) else element)).any())

    def __format__(self, spec: str) -> str:
        """`f"{loss:.3f}"` formats the number of a 0-d tensor."""
        if type(self) is Tensor and self.array.ndim == 0:
            return format(self.item(), spec)
        return object.__format__(self, spec)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy or a pickle of a leaf is a new leaf, with numbers and a gradient of its own."""
        if not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the "
                "moment: a copy of a computed tensor would need a copy of its graph. Copy x.detach(), or use x.clone()."
            )
        return _leaf, (self.array, self.requires_grad, self._grad)

    def __repr__(self) -> str:
        if not isinstance(self.array, ndarray):
            return f"tensor({self.array!r})"
        function = self.grad_fn
        return tensor_repr(
            self.array, grad_fn=None if function is None else function.name(), requires_grad=self.requires_grad
        )


class _Keep:
    """The hook of `retain_grad`: writes the gradient down in a tensor, which it does not hold."""

    def __init__(self, tensor: Tensor) -> None:
        self.tensor = weakref.ref(tensor)

    def __call__(self, grad: Tensor) -> None:
        tensor = self.tensor()
        if tensor is not None:
            tensor.accumulate_grad(Recorded(grad.array, grad.node) if grad.node else grad.array, owned=False)


_UFUNCS = {
    np.add: "__add__",
    np.subtract: "__sub__",
    np.multiply: "__mul__",
    np.divide: "__truediv__",
    np.power: "__pow__",
    np.matmul: "__matmul__",
    np.negative: "neg",
    np.absolute: "abs",
    np.exp: "exp",
    np.log: "log",
    np.sqrt: "sqrt",
    np.sin: "sin",
    np.cos: "cos",
    np.tanh: "tanh",
    np.maximum: "maximum",
    np.minimum: "minimum",
    np.equal: "__eq__",
    np.not_equal: "__ne__",
    np.less: "__lt__",
    np.less_equal: "__le__",
    np.greater: "__gt__",
    np.greater_equal: "__ge__",
}


def _leaf(array: ndarray, requires_grad: bool, grad: Tensor | None) -> Tensor:
    """What a copied or unpickled leaf is made by."""
    leaf = wrap(array).requires_grad_(requires_grad)
    leaf._grad = grad
    return leaf
