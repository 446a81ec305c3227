"""Views, against the same indexing of a NumPy array of element numbers."""
import unittest

import numpy as np

import popgraph as pg


class Views(unittest.TestCase):
    """Every view is copied out by a program and compared with NumPy's."""

    def setUp(self):
        model = pg.IPUModel()
        model.tiles_per_ipu = 2
        self.device = model.create_device()
        self.graph = pg.Graph(self.device.target)
        self.numbers = np.arange(24, dtype=np.int32).reshape(2, 3, 4)
        self.tensor = self.graph.add_variable(pg.INT, [2, 3, 4], "t")
        self.graph.set_tile_mapping(self.tensor, 1)
        self.graph.create_host_write("t", self.tensor)

    def read(self, views):
        program = pg.Sequence()
        for number, view in enumerate(views):
            copy = self.graph.add_variable(pg.INT, view.shape, f"copy{number}")
            self.graph.set_tile_mapping(copy, 0)
            program.add(pg.Copy(view, copy))
            self.graph.create_host_read(f"copy{number}", copy)
        engine = pg.Engine(self.graph, program)
        engine.load(self.device)
        engine.write_tensor("t", self.numbers)
        engine.run()
        return [engine.read_tensor(f"copy{number}") for number in range(len(views))]

    def test_index_as_numpy_does(self):
        indices = [0, -1, slice(1, 2), (slice(None), 1), (1, slice(None), slice(3, 0, -2)), (0, 2, slice(None)),
                   (slice(None), slice(None, None, 2)), (None, 1, slice(0, 2), None), (slice(None), -2, slice(None, None, -1))]
        for index, array in zip(indices, self.read([self.tensor[index] for index in indices])):
            np.testing.assert_array_equal(array, self.numbers[index], err_msg=str(index))

    def test_change_shape_as_numpy_does(self):
        t, n = self.tensor, self.numbers
        pairs = [(t.flatten(), n.ravel()), (t.reshape([6, 4]).T, n.reshape(6, 4).T),
                 (t.dim_shuffle([2, 0, 1]), n.transpose(2, 0, 1)), (t.dim_roll(2), np.moveaxis(n, 2, 0)),
                 (t[0].broadcast(2, 1), np.tile(n[0], (1, 2))), (t.reverse(1), n[:, ::-1]),
                 (t.sub_sample(3, 2), n[:, :, ::3]), (pg.concat([t, t[:, 1:]], 1), np.concatenate([n, n[:, 1:]], 1)),
                 (t.slice(1, 3, 2), n[:, :, 1:3]), (t.expand([1]), n[:, None]), (t[0:1].squeeze([0]), n[0])]
        for number, array in enumerate(self.read([view for view, _ in pairs])):
            np.testing.assert_array_equal(array, pairs[number][1], err_msg=str(number))

    def test_tell_what_they_are(self):
        t = self.tensor
        self.assertEqual((t.shape, t.rank, t.num_elements, len(t)), ((2, 3, 4), 3, 24, 2))
        self.assertEqual(t.element_type, pg.INT)
        self.assertNotEqual(t.element_type, pg.FLOAT)
        self.assertEqual(repr(t.element_type), "popgraph.INT")
        self.assertTrue(t.is_contiguous)
        self.assertFalse(t.dim_shuffle([2, 1, 0]).is_contiguous)
        self.assertTrue(t.broadcast(2, 0).contains_aliases)
        self.assertFalse(t.broadcast(2, 0).is_parallel_writeable)
        self.assertTrue(t[0].intersects_with(t[:, 1]))
        self.assertFalse(t[0].intersects_with(t[1]))
        self.assertEqual([row.shape for row in t], [(3, 4), (3, 4)])

    def test_refuse_places_outside(self):
        for index in [2, -3, (0, 3), (0, 0, 0, 0)]:
            with self.assertRaises(IndexError):
                self.tensor[index]
        with self.assertRaises(pg.index_error):
            self.tensor.slice(1, 5)
        with self.assertRaises(pg.poplar_error):
            self.tensor.reshape([5, 5])

    def test_keep_their_graph_alive(self):
        view = pg.Graph(self.device.target).add_variable(pg.HALF, [4, 4], "kept")[1:].T
        self.assertEqual(view.shape, (4, 3))
        self.assertIn("kept", repr(view))


if __name__ == "__main__":
    unittest.main()
