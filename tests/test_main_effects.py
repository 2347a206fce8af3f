"""What a setting explains of the results of a search."""

import numpy as np
import pytest

from utils.main_effects import main_effects


def test_a_setting_explains_its_share_of_a_sum():
    x = np.random.default_rng(1).uniform(size=(400, 3))
    shares = main_effects(x, 3 * x[:, 0] + x[:, 1], samples=100)  # variances as 9 to 1
    assert shares == pytest.approx([0.9, 0.1, 0.0], abs=0.08)


def test_what_two_settings_do_together_is_in_no_share():
    x = np.random.default_rng(2).choice([-1.0, 1.0], size=(200, 2))
    assert max(main_effects(x, x[:, 0] * x[:, 1], samples=100)) < 0.1


def test_equal_results_have_nothing_to_explain_and_shapes_are_checked():
    assert main_effects(np.eye(3), np.ones(3)) == [0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="got"):
        main_effects(np.eye(3), np.ones(2))
