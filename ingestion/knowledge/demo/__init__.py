"""Synthetic exports of a made-up platform team."""
