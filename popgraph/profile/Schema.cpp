#include "popgraph/profile/Schema.hpp"

namespace popgraph::profile {
namespace {

constexpr const char *kTables = R"sql(
CREATE TABLE section(name TEXT PRIMARY KEY, version INTEGER, complete INTEGER, bytes INTEGER) WITHOUT ROWID;
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE target(type TEXT, machine TEXT, architecture TEXT, num_ipus INTEGER, tiles_per_ipu INTEGER,
  workers_per_tile INTEGER, num_replicas INTEGER, bytes_per_tile INTEGER, clock_hz REAL,
  exchange_bytes_per_cycle INTEGER);
CREATE TABLE target_constant(id INTEGER PRIMARY KEY, name TEXT, value TEXT);
CREATE TABLE option(id INTEGER PRIMARY KEY, name TEXT, value TEXT, is_default INTEGER);
CREATE TABLE graph(vertices INTEGER, edges INTEGER, variables INTEGER, compute_sets INTEGER, exchanges INTEGER,
  programs INTEGER);
CREATE TABLE vertex_type(id INTEGER PRIMARY KEY, name TEXT, kind TEXT, instances INTEGER, state_bytes INTEGER,
  code_bytes INTEGER, tiles_with_code INTEGER);
CREATE TABLE compute_set(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE compute_set_vertex(compute_set INTEGER, vertex_type INTEGER, instances INTEGER);
CREATE TABLE program(id INTEGER PRIMARY KEY, kind TEXT, name TEXT, compute_set INTEGER, count INTEGER);
CREATE TABLE program_child(program INTEGER, child INTEGER);
CREATE TABLE control_program(id INTEGER PRIMARY KEY, program INTEGER);
CREATE TABLE variable(id INTEGER PRIMARY KEY, name TEXT, type TEXT, elements INTEGER, bytes INTEGER, tiles INTEGER,
  max_tile_bytes INTEGER, is_constant INTEGER);
CREATE TABLE liveness(id INTEGER PRIMARY KEY, program INTEGER, bytes INTEGER, max_tile_bytes INTEGER,
  max_tile INTEGER);
CREATE TABLE compile_phase(id INTEGER PRIMARY KEY, name TEXT, seconds REAL);
CREATE TABLE run(id INTEGER PRIMARY KEY, program_index INTEGER, name TEXT, cycles INTEGER, compute_cycles INTEGER,
  exchange_cycles INTEGER, sync_cycles INTEGER, host_exchange_cycles INTEGER, control_cycles INTEGER,
  has_steps INTEGER, complete INTEGER);
CREATE TABLE host_time(run INTEGER PRIMARY KEY, start_us REAL, end_us REAL);
CREATE TABLE step(id INTEGER PRIMARY KEY, run INTEGER, program INTEGER, kind INTEGER, compute_set INTEGER,
  start INTEGER, duration INTEGER, cycles INTEGER, bytes_sent INTEGER, bytes_received INTEGER);
CREATE TABLE tile_array(id INTEGER PRIMARY KEY, count INTEGER, base INTEGER, width INTEGER, sum INTEGER, max INTEGER,
  max_tile INTEGER, active_tiles INTEGER, data BLOB);
CREATE TABLE total_compute_set(compute_set INTEGER PRIMARY KEY, executions INTEGER, cycles INTEGER,
  tile_cycles INTEGER, max_tile_cycles INTEGER, slowest_tile INTEGER);
CREATE TABLE total_vertex_type(vertex_type INTEGER PRIMARY KEY, executions INTEGER, slots INTEGER,
  estimated_cycles INTEGER, derived_cycles INTEGER);
CREATE TABLE step_kind(id INTEGER PRIMARY KEY, name TEXT);
)sql";

constexpr const char *kViews = R"sql(
CREATE VIEW v_variable AS SELECT id AS variable, name, type, elements, bytes, tiles, max_tile_bytes, is_constant
  FROM variable;
CREATE VIEW v_liveness AS SELECT l.id AS step, p.kind AS program_kind, p.name AS program, l.bytes, l.max_tile_bytes,
    l.max_tile
  FROM liveness l LEFT JOIN program p ON p.id = l.program;
CREATE VIEW v_vertex_type AS SELECT t.id AS vertex_type, t.name, t.kind, t.instances, t.state_bytes, t.code_bytes,
    t.tiles_with_code, t.instances * t.state_bytes AS total_state_bytes,
    t.code_bytes * t.tiles_with_code AS total_code_bytes,
    coalesce(x.executions, 0) AS executions, coalesce(x.slots, 0) AS slots,
    coalesce(x.estimated_cycles, 0) AS estimated_cycles, coalesce(x.derived_cycles, 0) AS derived_cycles
  FROM vertex_type t LEFT JOIN total_vertex_type x ON x.vertex_type = t.id;
CREATE VIEW v_compute_set AS SELECT c.id AS compute_set, c.name,
    (SELECT coalesce(sum(instances), 0) FROM compute_set_vertex v WHERE v.compute_set = c.id) AS vertices,
    coalesce(x.executions, 0) AS executions, coalesce(x.cycles, 0) AS cycles,
    coalesce(x.tile_cycles, 0) AS tile_cycles, coalesce(x.max_tile_cycles, 0) AS max_tile_cycles, x.slowest_tile
  FROM compute_set c LEFT JOIN total_compute_set x ON x.compute_set = c.id;
CREATE VIEW v_run AS SELECT r.id AS run, r.program_index, r.name, r.cycles, r.compute_cycles, r.exchange_cycles,
    r.sync_cycles, r.host_exchange_cycles, r.control_cycles, r.has_steps, r.complete, h.start_us, h.end_us
  FROM run r LEFT JOIN host_time h ON h.run = r.id;
CREATE VIEW v_step AS SELECT s.id AS step, s.run, k.name AS kind, p.kind AS program_kind, p.name AS program,
    c.name AS compute_set, s.start AS start_cycle, s.duration AS duration_cycles,
    coalesce(a.active_tiles, t.num_ipus * t.tiles_per_ipu) AS active_tiles,
    coalesce(a.sum, s.duration * t.num_ipus * t.tiles_per_ipu) AS tile_cycles,
    coalesce(a.max, s.duration) AS max_tile_cycles, a.max_tile AS slowest_tile, s.bytes_sent, s.bytes_received
  FROM step s JOIN target t LEFT JOIN step_kind k ON k.id = s.kind LEFT JOIN program p ON p.id = s.program
    LEFT JOIN compute_set c ON c.id = s.compute_set LEFT JOIN tile_array a ON a.id = s.cycles;
)sql";

} // namespace

std::string schemaSql() {
  std::string sql = kTables;
  // Memory is rows, a tile each, and not blobs: any SQLite client can then ask which tile is full.
  std::string columns, sumLive, byCategory;
  for (std::size_t category = 0; category < kNumMemoryCategories; ++category) {
    const std::string name(memoryCategoryName(category));
    columns += ", " + name + " INTEGER";
    if (isAlwaysLive(category))
      sumLive += (sumLive.empty() ? "" : " + ") + name;
    byCategory += category ? " UNION ALL SELECT tile, '" : "SELECT tile, '";
    byCategory.append(name).append("' AS category, ").append(name).append(" AS bytes FROM tile_memory");
  }
  sql += "CREATE TABLE tile_memory(tile INTEGER PRIMARY KEY, peak_bytes INTEGER" + columns + ");\n";
  sql += kViews;
  sql += "CREATE VIEW v_tile_memory AS SELECT tile, peak_bytes, " + sumLive + " AS always_live_bytes, peak_bytes - (" +
         sumLive + ") AS not_always_live_bytes";
  for (std::size_t category = 0; category < kNumMemoryCategories; ++category)
    sql += ", " + std::string(memoryCategoryName(category));
  sql += " FROM tile_memory;\nCREATE VIEW v_tile_memory_category AS " + byCategory + ";\n";
  for (std::size_t kind = 0; kind < kNumStepKinds; ++kind)
    sql += "INSERT INTO step_kind VALUES(" + std::to_string(kind) + ", '" + std::string(stepKindName(kind)) + "');\n";
  return sql;
}

} // namespace popgraph::profile
