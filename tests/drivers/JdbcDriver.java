// The JDBC driver as its users use it. usage: JdbcDriver HOST PORT SSLMODE; prints what transcript.hpp reads.
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.PGStatement;
import org.postgresql.copy.CopyManager;
import org.postgresql.largeobject.LargeObject;
import org.postgresql.largeobject.LargeObjectManager;

public class JdbcDriver {
  static String host, port, sslmode;

  static Connection connect(String... more) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "oncall");
    properties.setProperty("sslmode", sslmode);
    for (int at = 0; at < more.length; at += 2) properties.setProperty(more[at], more[at + 1]);
    return DriverManager.getConnection("jdbc:postgresql://" + host + ":" + port + "/postgres", properties);
  }

  static PGConnection pg(Connection connection) throws SQLException {
    return connection.unwrap(PGConnection.class);
  }

  static void ran(Connection connection, String outcome, String sql) throws SQLException {
    String line = sql.replace("\n", "\\n");
    System.out.println("ran pid=" + pg(connection).getBackendPID() + " " + outcome + " " + line);
  }

  static void show(String label, Object value) {
    System.out.println(label + ": " + value);
  }

  static String rows(ResultSet result) throws SQLException {
    StringBuilder out = new StringBuilder();
    int columns = result.getMetaData().getColumnCount();
    while (result.next()) {
      for (int column = 1; column <= columns; column++) {
        Object value = result.getObject(column);
        out.append(value instanceof byte[] ? java.util.Arrays.toString((byte[]) value) : value).append(' ');
      }
      out.append('|');
    }
    return out.length() > 200 ? out.length() + " characters, hash " + out.toString().hashCode() : out.toString();
  }

  static String run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean hasRows = statement.execute(sql);
      String out = hasRows ? rows(statement.getResultSet()) : "" + statement.getUpdateCount();
      ran(connection, "ok", sql);
      show("  rows", out);
      return out;
    } catch (SQLException error) {
      ran(connection, error.getSQLState(), sql);
      show("  error", error.getMessage().split("\n")[0]);
      return "";
    }
  }

  static void queries(Connection one) throws SQLException {
    show("who", run(one, "SELECT current_user"));
    try (Statement statement = one.createStatement(); ResultSet pid = statement.executeQuery("SELECT pg_backend_pid()")) {
      pid.next();
      System.out.println("the backend is pid=" + pg(one).getBackendPID() + " pid=" + pid.getInt(1));
    }
    try (Statement several = one.createStatement()) {
      several.execute("SELECT 1 AS a; SELECT 2 AS b; SELECT 3");
      StringBuilder sets = new StringBuilder(rows(several.getResultSet()));
      while (several.getMoreResults()) sets.append(rows(several.getResultSet()));
      for (String sql : new String[] {"SELECT 1 AS a", "SELECT 2 AS b", "SELECT 3"}) ran(one, "ok", sql);
      show("three sets", sets);
    }
    run(one, "CREATE TABLE jdbc_t (id int PRIMARY KEY, name text, data bytea)");
    for (String sql : new String[] {"SELECT 1/0", "SELEC 1", "SELECT * FROM nowhere",
        "INSERT INTO jdbc_t SELECT 1 FROM generate_series(1, 2)",
        "DO $$ BEGIN RAISE WARNING 'careful'; RAISE EXCEPTION 'own' USING ERRCODE = 'RD001'; END $$"})
      run(one, sql);
  }

  // From the fifth time on it is a named statement, and the values come in binary.
  static void prepared(Connection one) throws SQLException {
    byte[] bytes = {0, 1, (byte) 255};
    String insert = "INSERT INTO jdbc_t VALUES ($1,$2,$3)";
    try (PreparedStatement statement = one.prepareStatement("INSERT INTO jdbc_t VALUES (?,?,?)")) {
      for (int number = 0; number < 10; number++) {
        statement.setInt(1, number);
        statement.setString(2, "näme " + number);
        statement.setBytes(3, bytes);
        statement.executeUpdate();
        ran(one, "ok", insert);
      }
      statement.setInt(1, 3);
      statement.setString(2, "taken");
      statement.setBytes(3, null);
      try {
        statement.executeUpdate();
      } catch (SQLException error) {
        ran(one, error.getSQLState(), insert);
      }
      for (int number = 100; number < 400; number++) {
        statement.setInt(1, number);
        statement.setString(2, "batch " + number);
        statement.setBytes(3, bytes);
        statement.addBatch();
      }
      show("batch", statement.executeBatch().length);
      for (int number = 100; number < 400; number++) ran(one, "ok", insert);
    }
    String select = "SELECT id, name, data, id::bigint * 10000000000, id / 3.0, now() IS NULL FROM jdbc_t WHERE id = $1";
    try (PreparedStatement statement = one.prepareStatement(select.replace("$1", "?"))) {
      statement.unwrap(PGStatement.class).setPrepareThreshold(3);
      for (int number = 0; number < 8; number++) {
        statement.setInt(1, number);
        show("row", rows(statement.executeQuery()));
        ran(one, "ok", select);
      }
    }
    try (PreparedStatement statement = one.prepareStatement("SELECT ?::int / ?::int")) {
      statement.setInt(1, 1);
      statement.setInt(2, 0);
      statement.executeQuery();
    } catch (SQLException error) {
      ran(one, error.getSQLState(), "SELECT $1::int / $2::int");
    }
  }

  static void transactions(Connection one) throws SQLException {
    one.setAutoCommit(false);
    run(one, "INSERT INTO jdbc_t (id, name) VALUES (1000, 'kept')");
    Savepoint here = one.setSavepoint("here");
    run(one, "INSERT INTO jdbc_t (id) VALUES (1)");
    run(one, "SELECT 'in a failed transaction'");
    one.rollback(here);
    ran(one, "ok", "ROLLBACK TO SAVEPOINT \"here\"");
    one.commit();
    ran(one, "ok", "COMMIT");
    run(one, "INSERT INTO jdbc_t (id, name) VALUES (1001, 'undone')");
    one.rollback();
    ran(one, "ok", "ROLLBACK");
    show("kept", run(one, "SELECT id FROM jdbc_t WHERE id >= 1000"));
    // A portal that is read 50 rows at a time.
    try (Statement statement = one.createStatement()) {
      statement.setFetchSize(50);
      show("fetched", rows(statement.executeQuery("SELECT id, name FROM jdbc_t ORDER BY id")));
      ran(one, "ok", "SELECT id, name FROM jdbc_t ORDER BY id");
    }
    one.commit();
    ran(one, "ok", "COMMIT");
    LargeObjectManager manager = pg(one).getLargeObjectAPI();
    long oid = manager.createLO();
    LargeObject object = manager.open(oid);
    byte[] content = new byte[300_000];
    for (int at = 0; at < content.length; at++) content[at] = (byte) at;
    object.write(content);
    object.seek(0);
    show("large object read back", java.util.Arrays.equals(content, object.read(content.length)));
    object.close();
    manager.delete(oid);
    for (int call = 0; call < 5; call++) ran(one, "ok", "function call");
    one.commit();
    ran(one, "ok", "COMMIT");
    one.setAutoCommit(true);
  }

  static void copy(Connection one) throws Exception {
    CopyManager manager = pg(one).getCopyAPI();
    StringBuilder lines = new StringBuilder();
    for (int number = 2000; number < 10000; number++) lines.append(number).append("\tcopied ").append(number).append("\t\\N\n");
    byte[] data = lines.toString().getBytes(StandardCharsets.UTF_8);
    String into = "COPY jdbc_t FROM STDIN";
    show("copied in", manager.copyIn(into, new ByteArrayInputStream(data)));
    ran(one, "ok", into);
    String out = "COPY (SELECT * FROM jdbc_t WHERE id >= 2000 ORDER BY id) TO STDOUT";
    ByteArrayOutputStream back = new ByteArrayOutputStream();
    show("copied out", manager.copyOut(out, back));
    ran(one, "ok", out);
    show("the same", java.util.Arrays.equals(data, back.toByteArray()));
    for (String bad : new String[] {"20000\tfine\t\\N\nno number\tx\t\\N\n", "1\ttaken\t\\N\n", "1\n"}) {
      try {
        manager.copyIn(into, new ByteArrayInputStream(bad.getBytes(StandardCharsets.UTF_8)));
      } catch (SQLException error) {
        ran(one, error.getSQLState(), into);
      }
    }
    org.postgresql.copy.CopyIn given = manager.copyIn(into);
    given.writeToCopy("20001\thalf".getBytes(StandardCharsets.UTF_8), 0, 10);
    given.cancelCopy();
    ran(one, "57014", into);
    show("none of these came in", run(one, "SELECT count(*) FROM jdbc_t WHERE id >= 20000"));
  }

  static void large(Connection one) throws SQLException {
    String big = "ü0123456789abcdef".repeat(300_000);
    try (PreparedStatement statement = one.prepareStatement("SELECT ?::text, length(?::text)")) {
      statement.setString(1, big);
      statement.setString(2, big);
      ResultSet result = statement.executeQuery();
      result.next();
      show("large", result.getString(1).equals(big) + " " + result.getInt(2));
      ran(one, "ok", "SELECT $1::text, length($2::text)");
    }
  }

  static void cancel(Connection one) throws Exception {
    try (Connection watcher = connect(); Statement look = watcher.createStatement()) {
      for (int round = 0; round < 3; round++) {
        Statement sleeping = one.createStatement();
        Thread sleeper = new Thread(() -> {
          try {
            sleeping.execute("SELECT pg_sleep(600)");
          } catch (SQLException error) {
            try {
              ran(one, error.getSQLState(), "SELECT pg_sleep(600)");
            } catch (SQLException ignored) {
              show("lost", "the connection");
            }
          }
        });
        sleeper.start();
        String asks = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND pid = " + pg(one).getBackendPID();
        while (rows(look.executeQuery(asks)).equals("0 |")) Thread.sleep(10);
        sleeping.cancel();
        sleeper.join();
        show("not hit", run(one, "SELECT 'the next one'"));
      }
    }
  }

  static void notifications(Connection one) throws SQLException {
    run(one, "LISTEN news");
    try (Connection two = connect()) {
      run(two, "NOTIFY news, 'from two'");
      run(two, "SELECT pg_notify('news', repeat('x', 7999))");
      for (int heard = 0; heard < 2;) {
        PGNotification[] notifications = pg(one).getNotifications(30_000);
        if (notifications == null) continue;
        for (PGNotification item : notifications) {
          heard++;
          System.out.println("heard from pid=" + item.getPID() + " " + item.getParameter().length());
        }
      }
    }
  }

  public static void main(String[] words) throws Exception {
    host = words[0];
    port = words[1];
    sslmode = words[2];
    try (Connection one = connect("ApplicationName", "jdbc driver")) {
      queries(one);
      prepared(one);
      transactions(one);
      copy(one);
      large(one);
      cancel(one);
      notifications(one);
      run(one, "DROP TABLE jdbc_t");
    }
    // Every statement as a simple query, and with no named statement ever.
    for (String mode : new String[] {"simple", "extended", "extendedForPrepared"}) {
      try (Connection other = connect("preferQueryMode", mode); Statement statement = other.createStatement()) {
        show(mode, rows(statement.executeQuery("SELECT 'mode'")));
        ran(other, "ok", "SELECT 'mode'");
        run(other, "SELECT 1/0");
      }
    }
  }
}
