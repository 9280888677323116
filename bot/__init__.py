"""Storebot: a Telegram assistant for store teams."""
