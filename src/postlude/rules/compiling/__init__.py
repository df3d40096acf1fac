"""One definition, three ways to answer: a closure, a bitmask index, SQL. Pure."""
