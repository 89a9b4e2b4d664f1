#pragma once

/* Finds out, before the program is there, what bash will ask for as it starts. */
void answers_prepare(void);

/* From now on, and until bash opens its script, what was found out is what it is told. */
void answers_begin(void);
