CREATE TABLE harbour_berth (
    berth_id    INTEGER PRIMARY KEY,
    quay        VARCHAR(40) NOT NULL,
    length_m    NUMERIC(6, 2) NOT NULL CHECK (length_m > 0),
    draught_m   NUMERIC(4, 2),
    created_at  TIMESTAMP WITH TIME ZONE DEFAULT now()
);

CREATE INDEX CONCURRENTLY idx_berth_quay ON harbour_berth (quay, length_m DESC);

INSERT INTO harbour_berth (berth_id, quay, length_m, draught_m) VALUES
    (1, 'North', 120.00, 7.50),
    (2, 'North', 85.50, 6.00),
    (3, 'Fishermen', 24.00, NULL);

WITH occupied AS (
    SELECT v.berth_id, COUNT(*) AS visits, SUM(EXTRACT(EPOCH FROM v.left_at - v.came_at)) / 3600 AS hours
    FROM visit AS v
    WHERE v.came_at >= DATE '2026-01-01' AND v.left_at IS NOT NULL
    GROUP BY v.berth_id
)
SELECT b.quay, b.berth_id, COALESCE(o.visits, 0) AS visits, ROUND(COALESCE(o.hours, 0), 1) AS hours
FROM harbour_berth AS b
LEFT JOIN occupied AS o ON o.berth_id = b.berth_id
WHERE b.draught_m > 5.0 OR b.draught_m IS NULL
ORDER BY hours DESC NULLS LAST
LIMIT 20;
