// The 22 queries of TPC-H in DuckDB, over the tables that tpch_data wrote.
//
//   node tpch_duckdb.js FOLDER RUNS THREADS [ANSWERS]
"use strict";
const { DuckDBInstance } = require("@duckdb/node-api");
const fs = require("fs");

const [folder, runs, threads, answers] = [process.argv[2], Number(process.argv[3]), process.argv[4], process.argv[5]];

const money = {
  region: [], nation: [], supplier: ["s_acctbal"], customer: ["c_acctbal"], part: ["p_retailprice"],
  partsupp: ["ps_supplycost"], orders: ["o_totalprice"],
  lineitem: ["l_quantity", "l_extendedprice", "l_discount", "l_tax"],
};

const revenue = "sum(l_extendedprice * (1 - l_discount))";
const queries = [
  `SELECT l_returnflag, l_linestatus, sum(l_quantity) sum_qty, sum(l_extendedprice) sum_base_price,
     ${revenue} sum_disc_price, sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) sum_charge,
     avg(l_quantity) avg_qty, avg(l_extendedprice) avg_price, avg(l_discount) avg_disc, count(*) count_order
   FROM lineitem WHERE l_shipdate <= DATE '1998-09-02' GROUP BY ALL ORDER BY 1, 2`,
  `SELECT s_acctbal, s_name, n_name, p_partkey, p_mfgr, s_address, s_phone, s_comment
   FROM part, supplier, partsupp, nation, region
   WHERE p_partkey = ps_partkey AND s_suppkey = ps_suppkey AND p_size = 15 AND p_type LIKE '%BRASS'
     AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey AND r_name = 'EUROPE'
     AND ps_supplycost = (SELECT min(ps_supplycost) FROM partsupp, supplier, nation, region
       WHERE p_partkey = ps_partkey AND s_suppkey = ps_suppkey AND s_nationkey = n_nationkey
         AND n_regionkey = r_regionkey AND r_name = 'EUROPE')
   ORDER BY s_acctbal DESC, n_name, s_name, p_partkey LIMIT 100`,
  `SELECT l_orderkey, ${revenue} revenue, o_orderdate, o_shippriority FROM customer, orders, lineitem
   WHERE c_mktsegment = 'BUILDING' AND c_custkey = o_custkey AND l_orderkey = o_orderkey
     AND o_orderdate < DATE '1995-03-15' AND l_shipdate > DATE '1995-03-15'
   GROUP BY l_orderkey, o_orderdate, o_shippriority ORDER BY revenue DESC, o_orderdate LIMIT 10`,
  `SELECT o_orderpriority, count(*) order_count FROM orders
   WHERE o_orderdate >= DATE '1993-07-01' AND o_orderdate < DATE '1993-10-01'
     AND EXISTS (SELECT * FROM lineitem WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate)
   GROUP BY 1 ORDER BY 1`,
  `SELECT n_name, ${revenue} revenue FROM customer, orders, lineitem, supplier, nation, region
   WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_suppkey = s_suppkey AND c_nationkey = s_nationkey
     AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey AND r_name = 'ASIA'
     AND o_orderdate >= DATE '1994-01-01' AND o_orderdate < DATE '1995-01-01'
   GROUP BY 1 ORDER BY 2 DESC`,
  `SELECT sum(l_extendedprice * l_discount) revenue FROM lineitem
   WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01'
     AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24`,
  `SELECT n1.n_name supp_nation, n2.n_name cust_nation, year(l_shipdate) l_year, ${revenue} revenue
   FROM supplier, lineitem, orders, customer, nation n1, nation n2
   WHERE s_suppkey = l_suppkey AND o_orderkey = l_orderkey AND c_custkey = o_custkey
     AND s_nationkey = n1.n_nationkey AND c_nationkey = n2.n_nationkey
     AND ((n1.n_name = 'FRANCE' AND n2.n_name = 'GERMANY') OR (n1.n_name = 'GERMANY' AND n2.n_name = 'FRANCE'))
     AND l_shipdate BETWEEN DATE '1995-01-01' AND DATE '1996-12-31'
   GROUP BY ALL ORDER BY 1, 2, 3`,
  `SELECT o_year, sum(CASE WHEN nation = 'BRAZIL' THEN volume ELSE 0 END) / sum(volume) mkt_share
   FROM (SELECT year(o_orderdate) o_year, l_extendedprice * (1 - l_discount) volume, n2.n_name nation
     FROM part, supplier, lineitem, orders, customer, nation n1, nation n2, region
     WHERE p_partkey = l_partkey AND s_suppkey = l_suppkey AND l_orderkey = o_orderkey AND o_custkey = c_custkey
       AND c_nationkey = n1.n_nationkey AND n1.n_regionkey = r_regionkey AND r_name = 'AMERICA'
       AND s_nationkey = n2.n_nationkey AND o_orderdate BETWEEN DATE '1995-01-01' AND DATE '1996-12-31'
       AND p_type = 'ECONOMY ANODIZED STEEL')
   GROUP BY 1 ORDER BY 1`,
  `SELECT n_name, year(o_orderdate) o_year,
     sum(l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity) sum_profit
   FROM part, supplier, lineitem, partsupp, orders, nation
   WHERE s_suppkey = l_suppkey AND ps_suppkey = l_suppkey AND ps_partkey = l_partkey AND p_partkey = l_partkey
     AND o_orderkey = l_orderkey AND s_nationkey = n_nationkey AND p_name LIKE '%green%'
   GROUP BY ALL ORDER BY 1, 2 DESC`,
  `SELECT c_custkey, c_name, ${revenue} revenue, c_acctbal, n_name, c_address, c_phone, c_comment
   FROM customer, orders, lineitem, nation
   WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND o_orderdate >= DATE '1993-10-01'
     AND o_orderdate < DATE '1994-01-01' AND l_returnflag = 'R' AND c_nationkey = n_nationkey
   GROUP BY c_custkey, c_name, c_acctbal, c_phone, n_name, c_address, c_comment ORDER BY revenue DESC LIMIT 20`,
  `SELECT ps_partkey, sum(ps_supplycost * ps_availqty) AS value FROM partsupp, supplier, nation
   WHERE ps_suppkey = s_suppkey AND s_nationkey = n_nationkey AND n_name = 'GERMANY'
   GROUP BY 1 HAVING value > (SELECT sum(ps_supplycost * ps_availqty) * 0.0001 FROM partsupp, supplier, nation
     WHERE ps_suppkey = s_suppkey AND s_nationkey = n_nationkey AND n_name = 'GERMANY')
   ORDER BY value DESC`,
  `SELECT l_shipmode, sum(CASE WHEN o_orderpriority IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END) high_line_count,
     sum(CASE WHEN o_orderpriority NOT IN ('1-URGENT', '2-HIGH') THEN 1 ELSE 0 END) low_line_count
   FROM orders, lineitem
   WHERE o_orderkey = l_orderkey AND l_shipmode IN ('MAIL', 'SHIP') AND l_commitdate < l_receiptdate
     AND l_shipdate < l_commitdate AND l_receiptdate >= DATE '1994-01-01' AND l_receiptdate < DATE '1995-01-01'
   GROUP BY 1 ORDER BY 1`,
  `SELECT c_count, count(*) custdist
   FROM (SELECT c_custkey, count(o_orderkey) c_count FROM customer LEFT JOIN orders
     ON c_custkey = o_custkey AND o_comment NOT LIKE '%special%requests%' GROUP BY 1)
   GROUP BY 1 ORDER BY 2 DESC, 1 DESC`,
  `SELECT 100.00 * sum(CASE WHEN p_type LIKE 'PROMO%' THEN l_extendedprice * (1 - l_discount) ELSE 0 END) / ${revenue}
     promo_revenue
   FROM lineitem, part
   WHERE l_partkey = p_partkey AND l_shipdate >= DATE '1995-09-01' AND l_shipdate < DATE '1995-10-01'`,
  `WITH revenue AS (SELECT l_suppkey supplier_no, ${revenue} total_revenue FROM lineitem
     WHERE l_shipdate >= DATE '1996-01-01' AND l_shipdate < DATE '1996-04-01' GROUP BY 1)
   SELECT s_suppkey, s_name, s_address, s_phone, total_revenue FROM supplier, revenue
   WHERE s_suppkey = supplier_no AND total_revenue = (SELECT max(total_revenue) FROM revenue) ORDER BY 1`,
  `SELECT p_brand, p_type, p_size, count(DISTINCT ps_suppkey) supplier_cnt FROM partsupp, part
   WHERE p_partkey = ps_partkey AND p_brand <> 'Brand#45' AND p_type NOT LIKE 'MEDIUM POLISHED%'
     AND p_size IN (49, 14, 23, 45, 19, 3, 36, 9)
     AND ps_suppkey NOT IN (SELECT s_suppkey FROM supplier WHERE s_comment LIKE '%Customer%Complaints%')
   GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3`,
  `SELECT sum(l_extendedprice) / 7.0 avg_yearly FROM lineitem, part
   WHERE p_partkey = l_partkey AND p_brand = 'Brand#23' AND p_container = 'MED BOX'
     AND l_quantity < (SELECT 0.2 * avg(l_quantity) FROM lineitem WHERE l_partkey = p_partkey)`,
  `SELECT c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity) quantity
   FROM customer, orders, lineitem
   WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem GROUP BY 1 HAVING sum(l_quantity) > 300)
     AND c_custkey = o_custkey AND o_orderkey = l_orderkey
   GROUP BY ALL ORDER BY o_totalprice DESC, o_orderdate LIMIT 100`,
  `SELECT ${revenue} revenue FROM lineitem, part
   WHERE p_partkey = l_partkey AND l_shipmode IN ('AIR', 'AIR REG') AND l_shipinstruct = 'DELIVER IN PERSON' AND (
     (p_brand = 'Brand#12' AND p_container IN ('SM CASE', 'SM BOX', 'SM PACK', 'SM PKG')
       AND l_quantity BETWEEN 1 AND 11 AND p_size BETWEEN 1 AND 5) OR
     (p_brand = 'Brand#23' AND p_container IN ('MED BAG', 'MED BOX', 'MED PKG', 'MED PACK')
       AND l_quantity BETWEEN 10 AND 20 AND p_size BETWEEN 1 AND 10) OR
     (p_brand = 'Brand#34' AND p_container IN ('LG CASE', 'LG BOX', 'LG PACK', 'LG PKG')
       AND l_quantity BETWEEN 20 AND 30 AND p_size BETWEEN 1 AND 15))`,
  `SELECT s_name, s_address FROM supplier, nation
   WHERE s_suppkey IN (SELECT ps_suppkey FROM partsupp
     WHERE ps_partkey IN (SELECT p_partkey FROM part WHERE p_name LIKE 'forest%')
       AND ps_availqty > (SELECT 0.5 * sum(l_quantity) FROM lineitem
         WHERE l_partkey = ps_partkey AND l_suppkey = ps_suppkey
           AND l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01'))
     AND s_nationkey = n_nationkey AND n_name = 'CANADA' ORDER BY 1`,
  `SELECT s_name, count(*) numwait FROM supplier, lineitem l1, orders, nation
   WHERE s_suppkey = l1.l_suppkey AND o_orderkey = l1.l_orderkey AND o_orderstatus = 'F'
     AND l1.l_receiptdate > l1.l_commitdate
     AND EXISTS (SELECT * FROM lineitem l2 WHERE l2.l_orderkey = l1.l_orderkey AND l2.l_suppkey <> l1.l_suppkey)
     AND NOT EXISTS (SELECT * FROM lineitem l3 WHERE l3.l_orderkey = l1.l_orderkey
       AND l3.l_suppkey <> l1.l_suppkey AND l3.l_receiptdate > l3.l_commitdate)
     AND s_nationkey = n_nationkey AND n_name = 'SAUDI ARABIA'
   GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 100`,
  `SELECT code, count(*) numcust, sum(c_acctbal) totacctbal
   FROM (SELECT c_phone[:2] code, c_acctbal FROM customer
     WHERE code IN ('13', '31', '23', '29', '30', '18', '17')
       AND c_acctbal > (SELECT avg(c_acctbal) FROM customer
         WHERE c_acctbal > 0.00 AND c_phone[:2] IN ('13', '31', '23', '29', '30', '18', '17'))
       AND NOT EXISTS (SELECT * FROM orders WHERE o_custkey = c_custkey))
   GROUP BY 1 ORDER BY 1`,
];

const isNumber = (type) => /INT|DOUBLE|DECIMAL|FLOAT/.test(String(type));

async function main() {
  const instance = await DuckDBInstance.create(":memory:", { threads: String(threads || 2) });
  const db = await instance.connect();
  for (const [name, columns] of Object.entries(money)) {
    const types = columns.length ? `, types = {${columns.map((c) => `'${c}': 'DECIMAL(12,2)'`).join(", ")}}` : "";
    await db.run(`CREATE TABLE ${name} AS SELECT * FROM
      read_csv('${folder}/${name}.tbl', delim = '|', quote = '', header = true${types})`);
  }
  for (const [i, sql] of queries.entries()) {
    for (let run = 1; run <= runs; run++) {
      const start = process.hrtime.bigint();
      const answer = await db.runAndReadAll(sql);
      const seconds = Number(process.hrtime.bigint() - start) / 1e9;
      const types = answer.columnTypes(), rows = answer.getRowsJson();
      const sums = types.flatMap((type, c) =>
        isNumber(type) ? [rows.reduce((sum, row) => sum + Number(row[c] ?? 0), 0).toPrecision(12)] : []);
      console.log(["duckdb", `t${i + 1}`, run, seconds.toFixed(6), rows.length, sums.join(";")].join("\t"));
      if (answers) fs.writeFileSync(`${answers}/t${i + 1}.json`, JSON.stringify([answer.columnNames(), ...rows]));
    }
  }
}
main().catch((error) => { console.error(String(error)); process.exit(1); });
