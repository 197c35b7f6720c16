CREATE TABLE public.events (
  id serial PRIMARY KEY,
  device int NOT NULL,
  payload text NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO public.events (device, payload, recorded_at)
SELECT g % 1000, 'ping', '2025-05-01'::timestamptz + g * interval '20 minutes' FROM generate_series(1, 20000) g;
GRANT SELECT, INSERT ON public.events TO app_user;
GRANT USAGE, SELECT, UPDATE ON SEQUENCE public.events_id_seq TO app_user;
GRANT SELECT ON public.events TO billing;
