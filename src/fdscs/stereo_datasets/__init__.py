"""Stereo pairs with ground truth: real data sets in their own layouts, and made-up scenes."""
