// A target has a precompiled header only where one of its files uses it: this is that file.
