// Nothing is here.
/* Nor here. */
