"""Graphs, programs and engines: results against NumPy, on a simulated IPU and on the host."""
import os
import re
import subprocess
import sys
import unittest

import numpy as np

import popgraph as pg
from popgraph import poplin, popops, poputil

CODELETS = """
#include <poplar/Vertex.hpp>
class Scale : public poplar::Vertex {
public:
  poplar::Input<poplar::Vector<float>> in;
  poplar::Output<poplar::Vector<float>> out;
  float factor;
  bool compute() {
    for (unsigned i = 0; i < in.size(); ++i)
      out[i] = factor * in[i];
    return true;
  }
};
class Sum : public poplar::Vertex {
public:
  poplar::Vector<poplar::Input<poplar::Vector<float>>> in;
  poplar::Output<float> out;
  bool compute() {
    *out = 0;
    for (unsigned i = 0; i < in.size(); ++i)
      for (unsigned j = 0; j < in[i].size(); ++j)
        *out += in[i][j];
    return true;
  }
};
"""


def devices():
    model = pg.IPUModel()
    model.tiles_per_ipu = 4
    return [model.create_device(), pg.Device.create_cpu_device()]


class Programs(unittest.TestCase):
    def test_run_vertices_given_as_source(self):
        for device in devices():
            graph = pg.Graph(device.target)
            graph.add_codelets_source(CODELETS)
            self.assertTrue(graph.has_codelet("Scale"))
            x, y = (graph.add_variable(pg.FLOAT, [4, 3], name) for name in "xy")
            s = graph.add_variable(pg.FLOAT, [], "s")
            graph.set_tile_mapping(s, 0)
            scale, total = graph.add_compute_set("scale"), graph.add_compute_set("total")
            tiles = device.target.num_tiles
            for row in range(4):
                graph.set_tile_mapping(x[row], row % tiles)
                graph.set_tile_mapping(y[row], row % tiles)
                graph.add_vertex(scale, "Scale", {"in": x[row], "out": y[row], "factor": 0.5 + row}, tile=row % tiles)
            vertex = graph.add_vertex(total, "Sum", tile=0)
            graph.connect(vertex["in"], [y[row] for row in range(4)])
            graph.connect(vertex["out"], s)
            self.assertEqual(graph.num_vertices, 5)
            self.assertEqual(sum(end - begin for part in graph.get_tile_mapping(x) for begin, end in part), 12)
            graph.create_host_write("x", x)
            graph.create_host_read("y", y)
            graph.create_host_read("s", s)
            engine = pg.Engine(graph, pg.Sequence(pg.Execute(scale), pg.Execute(total)))
            engine.load(device)
            values = np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3)
            engine.write_tensor("x", values)
            engine.run()
            expected = values * (np.float32(0.5) + np.arange(4, dtype=np.float32))[:, None]
            np.testing.assert_array_equal(engine.read_tensor("y"), expected)
            np.testing.assert_allclose(engine.read_tensor("s"), expected.sum(dtype=np.float64), rtol=1e-6)

    def test_branch_and_loop(self):
        for device in devices():
            graph = pg.Graph(device.target)
            popops.add_codelets(graph)
            n = graph.add_variable(pg.INT, [], "n")
            parity = graph.add_variable(pg.INT, [], "parity")
            for tensor in (n, parity):
                graph.set_tile_mapping(tensor, 0)
            count, condition, loop = pg.Sequence(), pg.Sequence(), pg.Sequence()
            popops.add_in_place(graph, n, 3, count)
            below = popops.lt(graph, n, 40, condition)
            popops.mul_in_place(graph, n, 2, loop)
            one, two = (graph.add_constant(pg.INT, value) for value in (1, 2))
            for constant in (one, two):
                graph.set_tile_mapping(constant, 0)
            odd = pg.Sequence()
            low_bit = popops.bitwise_and(graph, n, 1, odd)
            program = pg.Sequence([pg.Repeat(3, count), pg.RepeatWhileTrue(condition, below, loop), odd,
                                   pg.If(low_bit, pg.Copy(one, parity), pg.Copy(two, parity))])
            graph.set_initial_value(n, 1)
            graph.create_host_read("n", n)
            graph.create_host_read("parity", parity)
            engine = pg.Engine(graph, [program, pg.Sequence()])
            engine.load(device)
            engine.run()
            self.assertEqual((engine.read_tensor("n"), engine.read_tensor("parity")), (40, 2))  # 1+9, 20, 40
            engine.run(1)

    def test_stream_arrays_and_callbacks(self):
        device = devices()[0]
        graph = pg.Graph(device.target)
        t = graph.add_variable(pg.HALF, [2], "t")
        graph.set_tile_mapping(t, 3)
        source = graph.add_host_to_device_fifo("in", pg.HALF, 2)
        sink = graph.add_device_to_host_fifo("out", pg.HALF, 2)
        engine = pg.Engine(graph, pg.Repeat(3, pg.Sequence(pg.Copy(source, t), pg.Copy(t, sink))))
        engine.load(device)
        engine.connect_stream("in", np.arange(6, dtype=np.float16))  # the engine keeps the array
        seen = []
        engine.connect_stream_to_callback("out", lambda array: seen.append(array.copy()))
        engine.run()
        np.testing.assert_array_equal(np.concatenate(seen), np.arange(6))

        def fill(array):
            array[:] = 7
        engine.connect_stream_to_callback("in", fill)
        out = np.zeros(2, np.float16)
        engine.connect_stream("out", out)
        engine.run()
        np.testing.assert_array_equal(out, [7, 7])

        def fail(array):
            raise ValueError("no more data")
        engine.connect_stream_to_callback("in", fail)
        with self.assertRaisesRegex(RuntimeError, "no more data"):
            engine.run()
        with self.assertRaises(TypeError):
            engine.connect_stream("in", np.zeros(2, np.float32))
        with self.assertRaises(ValueError):
            engine.connect_stream("in", np.zeros(4, np.float16)[::2])
        with self.assertRaises(pg.stream_connection_error):
            engine.connect_stream("in", np.zeros(3, np.float16))

    def test_use_the_libraries(self):
        random = np.random.default_rng(1)
        a, b = random.standard_normal((5, 7), np.float32), random.standard_normal((7, 3), np.float32)
        for device in devices():
            graph = pg.Graph(device.target)
            for library in (popops, poplin):
                library.add_codelets(graph)
            program = pg.Sequence()
            left, right = graph.add_variable(pg.FLOAT, a.shape, "a"), graph.add_variable(pg.FLOAT, b.shape, "b")
            for tensor in (left, right):
                poputil.map_tensor_linearly(graph, tensor)
            product = poplin.mat_mul(graph, left, right, program, "product")
            result = popops.sub(graph, 1.0, popops.tanh(graph, product, program), program)
            sums = popops.reduce(graph, result, [0], popops.Operation.ADD, program)
            whole = popops.cast(graph, popops.mul(graph, sums, 100, program), pg.INT, program)
            for name, tensor in {"result": result, "sums": sums, "whole": whole}.items():
                graph.create_host_read(name, tensor)
            graph.create_host_write("a", left)
            graph.create_host_write("b", right)
            engine = pg.Engine(graph, program)
            engine.load(device)
            engine.write_tensor("a", a)
            engine.write_tensor("b", b.ravel())
            engine.run()
            expected = 1 - np.tanh(a.astype(np.float64) @ b)
            np.testing.assert_allclose(engine.read_tensor("result"), expected, rtol=1e-4, atol=1e-5)
            np.testing.assert_allclose(engine.read_tensor("sums"), expected.sum(0), rtol=1e-4, atol=1e-4)
            np.testing.assert_array_equal(engine.read_tensor("whole"), np.trunc(engine.read_tensor("sums") * np.float32(100)))


class Misuse(unittest.TestCase):
    def setUp(self):
        self.device = devices()[0]
        self.graph = pg.Graph(self.device.target)

    def test_raises_the_class_that_poplar_throws(self):
        with self.assertRaisesRegex(pg.unknown_vertex_type, "Nothing"):
            self.graph.add_vertex(self.graph.add_compute_set(), "Nothing")
        with self.assertRaisesRegex(pg.graph_program_compilation_error, "unknown type name 'flaot'"):
            self.graph.add_codelets_source("flaot x;")
        with self.assertRaises(pg.file_load_error):
            self.graph.add_codelets("/nowhere/codelets.cpp")
        with self.assertRaises(pg.overflow_error):
            self.graph.add_constant(pg.UNSIGNED_CHAR, 300)
        with self.assertRaisesRegex(pg.invalid_option, "autoReport.all"):
            pg.Engine(self.graph, pg.Sequence(), {"autoReport.al": True})
        unmapped = self.graph.add_variable(pg.INT, [2], "unmapped")
        with self.assertRaises(pg.invalid_tile_mapping):
            pg.Engine(self.graph, pg.Copy(self.graph.add_constant(pg.INT, [1, 2]), unmapped))
        self.assertTrue(issubclass(pg.invalid_tile_mapping, pg.poplar_error))
        self.assertTrue(issubclass(pg.application_runtime_error, pg.runtime_error))
        self.assertTrue(issubclass(pg.poplar_error, RuntimeError))

    def test_of_arrays_is_refused(self):
        t = self.graph.add_variable(pg.INT, [2, 2], "t")
        self.graph.set_tile_mapping(t, 0)
        self.graph.create_host_write("t", t)
        engine = pg.Engine(self.graph, pg.Sequence())
        engine.load(self.device)
        engine.write_tensor("t", [[1, 2], [3, 4]])
        with self.assertRaisesRegex(ValueError, r"\(2, 2\).*\(3,\)"):
            engine.write_tensor("t", np.zeros(3, np.int32))
        with self.assertRaises(TypeError):
            engine.write_tensor("t", np.zeros((2, 2), np.float32))
        with self.assertRaisesRegex(pg.tensor_io_state_error, "nobody"):
            engine.read_tensor("nobody")


class ThePackage(unittest.TestCase):
    def test_has_a_stub_for_every_name(self):
        folder = os.path.dirname(pg.__file__)
        missing = []
        for module, stub in [(pg, "__init__"), (popops, "popops"), (poplin, "poplin"), (poputil, "poputil")]:
            with open(os.path.join(folder, stub + ".pyi"), encoding="utf-8") as file:
                text = file.read()
            missing += [f"{stub}.{name}" for name in dir(module) if not name.startswith("_") and not re.search(
                rf"^(class {name}\b|def {name}\(|{name}: Type$|from \. import {name} as)", text, re.M)]
        self.assertEqual(missing, [])

    def test_documents_every_class_and_function(self):
        for name in dir(pg):
            value = getattr(pg, name)
            if not name.startswith("_") and callable(value) and not issubclass(type(value), type(Exception)):
                self.assertTrue(value.__doc__, name)

    def test_prints_tensors_to_stderr(self):
        program = ("import popgraph as pg\n"
                   "d = pg.Device.create_cpu_device(); g = pg.Graph(d.target)\n"
                   "c = g.add_constant(pg.INT, [1, 2, 3]); g.set_tile_mapping(c, 0)\n"
                   "e = pg.Engine(g, pg.PrintTensor('numbers', c)); e.load(d); e.run()\n")
        run = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, check=True)
        self.assertRegex(run.stderr, r"numbers: \[1 2 3\]")


if __name__ == "__main__":
    unittest.main()
