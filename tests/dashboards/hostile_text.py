"""Text that would do something, were it anywhere taken for more than text."""

HOSTILE = "<script>alert(1)</script> ![x](http://evil.example/p.png) :red[**bold**] $x$"
