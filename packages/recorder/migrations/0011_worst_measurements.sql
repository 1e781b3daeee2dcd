-- The worst measurements of a KPI are asked for over a month and more; without this each of them would be read.

CREATE INDEX measurements_worst ON measurements (kpi, model, value, at);
