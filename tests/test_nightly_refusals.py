"""What a night refuses and in which words, and that nothing is left of what did not come to an end: a log that shrank or vanished, too
many bad rows, a disk that is full or fills up meanwhile."""
import os
import resource
import shutil
import unittest

from night_shop import FAILED, PUBLISHED, REFUSED, NightCase


class Refusals(NightCase):
    def test_a_shrunken_log_is_refused_in_words(self):
        self.night(PUBLISHED)
        before = self.shop.current()
        with open(f"{self.folder}/shop/log.csv", encoding="utf-8") as log:
            lines = log.readlines()
        with open(f"{self.folder}/logs/orders-1.csv", "w", encoding="utf-8") as log:
            log.writelines(lines[:len(lines) // 2])
        err = self.night(REFUSED)
        self.assertIn(f"refused; {before} is served on:", err)
        self.assertIn("  rows: ", err)
        self.assertEqual((self.shop.current(), self.shop.generations()), (before, [before]))
        self.assertEqual(self.shop.check("rows")["verdict"], "refused")
        self.assertIsNotNone(self.shop.status()["last_success"])

    def test_a_vanished_log_is_named(self):
        self.night(PUBLISHED)
        os.remove(f"{self.folder}/logs/orders-1.csv")
        self.assertIn(f"{self.folder}/logs/*.csv: no file matches the pattern", self.night(FAILED))
        self.assertEqual(self.shop.status()["outcome"], "failed")
        self.assertIn("no file matches", self.shop.status()["words"])

    def test_a_full_disk_is_refused_before_anything_is_written(self):
        self.night(PUBLISHED)
        err = self.night(REFUSED, "--disk-factor", 1e12)
        self.assertIn("the disk is full", err)
        self.assertNotIn("train", self.shop.status()["seconds"])

    def test_fewer_to_keep_make_room_on_a_full_disk(self):
        for _ in range(2):
            self.night(PUBLISHED)
        served = self.shop.current()
        self.night(REFUSED, "--disk-factor", 1e12, "--keep", 1, "--dry-run")
        self.assertEqual(len(self.shop.generations()), 2)
        self.night(REFUSED, "--disk-factor", 1e12, "--keep", 1)
        self.assertEqual(self.shop.generations(), [served])

    def test_a_disk_that_fills_up_meanwhile_ends_it_cleanly(self):
        self.night(PUBLISHED)
        before = self.shop.current()
        largest = max(os.stat(f"{self.shop.store}/current/{name}").st_size for name in os.listdir(f"{self.shop.store}/current"))
        limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest // 2, largest // 2))
        err = self.night(FAILED, preexec_fn=limit)
        self.assertIn("File too large", err)
        self.assertEqual((self.shop.current(), self.shop.generations()), (before, [before]))
        self.assertEqual(self.shop.status()["outcome"], "failed")
        self.night(PUBLISHED)

    def test_too_many_bad_rows_are_refused(self):
        with open(f"{self.folder}/logs/orders-2.csv", "w", encoding="utf-8") as log:
            log.write("order_id,customer_id,item_id,quantity,unit_price,timestamp\n" + "1,2,,x,y,z\n" * 5000)
        self.night(REFUSED)
        self.assertFalse(os.path.lexists(f"{self.shop.store}/current"))

    def test_what_a_hand_took_away_is_replaced(self):
        self.night(PUBLISHED)
        os.remove(f"{self.shop.store}/current/manifest.json")
        self.night(PUBLISHED)
        self.assertIn("manifest.json", self.shop.check("served")["words"])
        gone = self.shop.current()
        shutil.rmtree(f"{self.shop.store}/generations/{gone}")
        self.night(PUBLISHED)
        self.assertNotEqual(self.shop.current(), gone)
        self.assertIn(self.shop.current(), self.shop.generations())

    def test_a_broken_generation_that_is_served_is_replaced(self):
        self.night(PUBLISHED)
        broken = self.shop.current()
        with open(f"{self.shop.store}/current/popularity.safetensors", "r+b") as file:
            file.seek(-8, os.SEEK_END)
            file.write(b"\xff" * 8)
        self.night(PUBLISHED)
        self.assertIn("is broken", self.shop.check("served")["words"])
        self.assertNotEqual(self.shop.current(), broken)


if __name__ == "__main__":
    unittest.main()
