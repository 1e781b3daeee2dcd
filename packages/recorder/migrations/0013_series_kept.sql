-- Why series have no retention is said where they are.

COMMENT ON TABLE series IS 'Everything that is judged apart: one row for each service, model and class of context sizes. Kept for ever: it is a list of names that grows with what is run and not with time, a row takes some hundred bytes, and to know that none is used every snapshot would have to be read.';
