CREATE TABLE public.invoices (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  order_id bigint NOT NULL
);
INSERT INTO public.invoices (order_id) SELECT g FROM generate_series(1, 200) g;
GRANT SELECT, INSERT ON public.invoices TO billing_app;
