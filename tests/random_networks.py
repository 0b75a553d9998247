"""Random networks with skips, gates, norms, pools and groups."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from nn_modularity.networks import layers
from nn_modularity.networks.network import Network


@dataclass
class Drawing:
    """A network on its way, at random."""

    draw: object
    generator: np.random.Generator
    by_channel: bool
    made: list

    def normal(self, *shape):
        kernel = self.generator.normal(size=shape)
        kernel[self.generator.random(shape) < 0.2] = 0
        return kernel.astype(np.float32)

    def pick(self, low, high, n=1):
        return tuple(self.draw(st.integers(low, high)) for _ in range(n))

    @property
    def shapes(self):
        return Network(tuple(self.made)).shapes

    def append(self, layer):
        self.made.append(layer)

    def convolution(self, source, shape):
        (groups,) = (self.draw(st.sampled_from([n for n in (1, 2, 3) if shape[-1] % n == 0])),)
        n_axes = len(shape) - 1
        padding = ((0, 0),) * n_axes
        if not self.by_channel:
            padding = tuple(self.pick(0, 1, 2) for _ in range(n_axes))
        size = tuple(
            min(n, length) for n, length in zip(self.pick(1, 2, n_axes), shape, strict=False)
        )
        dilation = (1,) * n_axes
        if all(length > 3 for length in shape[:-1]):
            dilation = self.pick(1, 2, n_axes)
        kernel = self.normal(*size, shape[-1] // groups, groups * self.pick(1, 2)[0])
        strides = self.pick(1, 2, n_axes)
        self.append(
            layers.Convolution(kernel, None, strides, padding, dilation, groups, inputs=(source,))
        )

    def norm(self, source, shape):
        vector = lambda: self.normal(shape[-1])  # noqa: E731
        variance = np.abs(vector())
        made = [
            layers.BatchNorm(vector(), variance, vector(), vector(), 0.5, inputs=(source,)),
            layers.LayerNorm(vector(), vector(), inputs=(source,)),
        ]
        self.append(self.draw(st.sampled_from(made)))

    def pool(self, source, shape):
        n_axes = len(shape) - 1
        size = tuple(min(2, length) for length in shape[:-1])
        padding = ((0, 0),) * n_axes
        if not self.by_channel:
            padding = tuple((self.pick(0, n - 1)[0], 0) for n in size)
        strides = self.pick(1, 2, n_axes)
        made = [
            layers.MaxPool(size, strides, padding, inputs=(source,)),
            layers.AveragePool(size, strides, padding, inputs=(source,)),
            layers.AveragePool(size, strides, padding, not self.by_channel, inputs=(source,)),
        ]
        self.append(self.draw(st.sampled_from(made)))

    def move(self, source, shape):
        if self.by_channel or len(shape) == 1:
            start = self.pick(0, shape[-1] - 1)[0]
            starts, stops = (*(0,) * (len(shape) - 1), start), shape
            self.append(layers.Slice(starts, stops, (1,) * len(shape), inputs=(source,)))
            return
        made = [
            layers.Transpose(tuple(range(len(shape)))[::-1], inputs=(source,)),
            layers.Reshape((shape[-1], *shape[:-1]), inputs=(source,)),
            layers.Pad(((1, 0),) * len(shape), inputs=(source,)),
        ]
        self.append(self.draw(st.sampled_from(made)))

    def join(self, source, shape):
        """A sum, a gate or a concatenation with a layer that fits."""
        fitting = [n for n, other in enumerate(self.shapes) if other[:-1] == shape[:-1]]
        other = self.draw(st.sampled_from(fitting))
        if self.shapes[other] == shape:
            kind = self.draw(st.sampled_from([layers.Add, layers.Multiply, layers.Concatenate]))
        else:
            kind = layers.Concatenate
        if kind is layers.Multiply and self.shares_a_source(source, other):
            kind = layers.Add
        self.append(kind(inputs=(source, other)))

    def skip(self, source, shape):
        """What a layer makes, added to what it takes; sometimes scaled on the way."""
        if len(shape) == 1:
            self.append(layers.Dense(self.normal(shape[-1], shape[-1]), inputs=(source,)))
        else:
            kernel = self.normal(*(1,) * (len(shape) - 1), shape[-1], shape[-1])
            self.append(layers.Convolution(kernel, inputs=(source,)))
        if self.draw(st.booleans()):
            self.norm(len(self.made) - 1, shape)
        self.append(layers.Add(inputs=(source, len(self.made) - 1)))

    def gate(self, source, shape):
        """Channels times what a dense layer makes of their means."""
        last = source
        if len(shape) > 1:
            self.append(layers.GlobalAveragePool(inputs=(source,)))
            last = len(self.made) - 1
        self.append(layers.Dense(self.normal(shape[-1], shape[-1]), inputs=(last,)))
        self.append(layers.Activation("sigmoid", inputs=(len(self.made) - 1,)))
        self.append(layers.Multiply(inputs=(source, len(self.made) - 1)))

    def shares_a_source(self, one, other):
        """Whether the same unit reaches both; then a gate isn't the sum of both."""

        def sources(number):
            layer = self.made[number]
            if number == 0 or isinstance(layer, layers.WITH_UNITS):
                return {number}
            return set().union(*map(sources, layer.inputs))

        return bool(sources(one) & sources(other))

    def step(self):
        numbers = range(max(0, len(self.made) - 3), len(self.made))
        source = self.draw(st.sampled_from(numbers))
        shape = self.shapes[source]
        if len(shape) == 1:
            kinds = ("dense", "skip", "gate", "norm", "activation", "join", "move")
        else:
            kinds = ("convolution", "convolution", "norm", "activation", "pool", "move", "join")
            kinds += ("skip", "skip", "gate", "join", "flatten", "global")
        kind = self.draw(st.sampled_from(kinds))
        if kind == "dense":
            self.append(layers.Dense(self.normal(shape[-1], self.pick(1, 3)[0]), inputs=(source,)))
        elif kind == "activation":
            self.append(layers.Activation("relu", inputs=(source,)))
        elif kind == "flatten":
            order = self.draw(st.sampled_from(layers.FLATTEN_ORDERS))
            self.append(layers.Flatten(order, inputs=(source,)))
        elif kind == "global":
            self.append(layers.GlobalAveragePool(inputs=(source,)))
        else:
            getattr(self, kind)(source, shape)


@st.composite
def networks(draw, by_channel):
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_axes = draw(st.integers(1, 2))
    shape = (*(draw(st.integers(3, 5)) for _ in range(n_axes)), draw(st.integers(1, 3)))
    drawing = Drawing(draw, generator, by_channel, [layers.Input(shape)])
    drawing.convolution(0, shape)
    for _ in range(draw(st.integers(2, 9))):
        drawing.step()
        if np.prod(drawing.shapes[-1]) > 300:
            break
    return Network(tuple(drawing.made))
