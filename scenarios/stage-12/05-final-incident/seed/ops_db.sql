CREATE TABLE public.hosts (
  host text PRIMARY KEY,
  purpose text NOT NULL,
  state text NOT NULL,
  since date NOT NULL
);
INSERT INTO public.hosts VALUES
  ('fra1', 'shop, primary', 'in service', '2023-02-01'),
  ('fra2', 'shop, standby for reports', 'decommissioned, disks wiped', '2026-05-12'),
  ('fra3', 'search index, fetches changes of shop_db', 'in service', '2024-09-17'),
  ('fra4', 'reports, reads from the warehouse now', 'in service', '2026-05-11');
GRANT SELECT ON public.hosts TO oncall;
