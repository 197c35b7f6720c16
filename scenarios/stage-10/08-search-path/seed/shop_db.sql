CREATE SCHEMA app;
GRANT USAGE ON SCHEMA app TO app_user, analyst;
-- As in databases from before version 15.
GRANT CREATE ON SCHEMA public TO PUBLIC;
CREATE TABLE app.orders (
  id serial PRIMARY KEY,
  customer_id int NOT NULL,
  total_cents int NOT NULL
);
INSERT INTO app.orders (customer_id, total_cents) SELECT g % 80, 900 + g * 37 % 4000 FROM generate_series(1, 400) g;
GRANT SELECT, INSERT ON app.orders TO app_user;
GRANT SELECT ON app.orders TO analyst;
GRANT USAGE ON SEQUENCE app.orders_id_seq TO app_user;
