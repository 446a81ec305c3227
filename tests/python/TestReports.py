"""Reading profiles: numbers must agree with what the program was."""
import os
import tempfile
import unittest

import numpy as np

import popgraph as pg
from popgraph import popops, poputil


class Reports(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        model = pg.IPUModel()
        model.tiles_per_ipu = 8
        device = model.create_device()
        graph = pg.Graph(device.target)
        popops.add_codelets(graph)
        x = graph.add_variable(pg.FLOAT, [800], "x")
        poputil.map_tensor_linearly(graph, x)
        program = pg.Sequence()
        popops.add_in_place(graph, x, 1.0, program)
        engine = pg.Engine(graph, program, {"autoReport.all": True, "autoReport.directory": cls.folder.name})
        engine.load(device)
        engine.run()
        engine.run()
        cls.summary_text = engine.profile_summary()
        cls.path = os.path.join(cls.folder.name, "profile.pgprof")
        cls.report = pg.open_report(cls.path)

    @classmethod
    def tearDownClass(cls):
        del cls.report
        cls.folder.cleanup()

    def test_give_the_summary_as_a_dict(self):
        summary = self.report.summary()
        self.assertEqual(summary["target"]["tiles_per_ipu"], 8)
        self.assertGreater(summary["graph"]["num_vertices"], 0)

    def test_give_memory_as_arrays(self):
        used = self.report.memory_by_tile()
        self.assertEqual((used.shape, used.dtype), ((8,), np.uint32))
        self.assertEqual(self.report.num_tiles, 8)
        categories = self.report.memory_by_category()
        self.assertEqual(int(categories["variable"].sum()), 800 * 4)
        self.assertEqual(int(used.sum()) >= 800 * 4, True)

    def test_answer_queries(self):
        names, *rows = self.report.query("SELECT run, cycles FROM v_run ORDER BY run")
        self.assertEqual(names, ["run", "cycles"])
        self.assertEqual([row[0] for row in rows], ["0", "1"])
        self.assertEqual(rows[0][1], rows[1][1])
        self.assertGreater(int(rows[0][1]), 0)
        with self.assertRaises(ValueError):
            self.report.query("DELETE FROM run")

    def test_write_the_text_that_the_engine_prints(self):
        # Target and memory are the same whoever asks; the engine's text may lack what only a file knows.
        wanted = [line for line in self.report.text().splitlines() if "tile" in line.lower()][:3]
        self.assertTrue(wanted)
        for line in wanted:
            self.assertIn(line, self.summary_text)

    def test_refuse_what_is_no_profile(self):
        with self.assertRaises(pg.ReadError):
            pg.open_report(__file__)
        with self.assertRaises(pg.ReadError):
            pg.open_report("/nowhere/profile.pgprof")


if __name__ == "__main__":
    unittest.main()
