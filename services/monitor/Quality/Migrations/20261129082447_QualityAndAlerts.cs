using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ModelOps.Monitor.Quality.Migrations
{
    /// <inheritdoc />
    public partial class QualityAndAlerts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropPrimaryKey(
                name: "pk_quality_windows",
                table: "quality_windows");

            migrationBuilder.AddColumn<string>(
                name: "placement",
                table: "quality_windows",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<double>(
                name: "compute_seconds",
                table: "quality_windows",
                type: "double precision",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddColumn<long>(
                name: "computed",
                table: "quality_windows",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<double>(
                name: "queue_seconds",
                table: "quality_windows",
                type: "double precision",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddColumn<double>(
                name: "revenue",
                table: "quality_windows",
                type: "double precision",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddPrimaryKey(
                name: "pk_quality_windows",
                table: "quality_windows",
                columns: new[] { "store", "model", "version", "arm", "placement", "start" });

            migrationBuilder.CreateTable(
                name: "alert_deliveries",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    store = table.Column<string>(type: "text", nullable: false),
                    route = table.Column<string>(type: "text", nullable: false),
                    channel = table.Column<string>(type: "text", nullable: false),
                    message = table.Column<string>(type: "jsonb", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    delivered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    leased_until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    log = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alert_deliveries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "alert_rule_sets",
                columns: table => new
                {
                    store = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    yaml = table.Column<string>(type: "text", nullable: false),
                    by = table.Column<string>(type: "text", nullable: true),
                    reason = table.Column<string>(type: "text", nullable: true),
                    time = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alert_rule_sets", x => new { x.store, x.version });
                });

            migrationBuilder.CreateTable(
                name: "alert_silences",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    store = table.Column<string>(type: "text", nullable: false),
                    matchers = table.Column<string>(type: "jsonb", nullable: false),
                    from = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    until = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    by = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alert_silences", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "alerts",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    store = table.Column<string>(type: "text", nullable: false),
                    fingerprint = table.Column<string>(type: "text", nullable: false),
                    rule = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    severity = table.Column<string>(type: "text", nullable: false),
                    route = table.Column<string>(type: "text", nullable: false),
                    labels = table.Column<string>(type: "jsonb", nullable: false),
                    metric = table.Column<string>(type: "text", nullable: false),
                    value = table.Column<double>(type: "double precision", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    summary = table.Column<string>(type: "text", nullable: true),
                    runbook = table.Column<string>(type: "text", nullable: true),
                    started_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    fired_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    resolved_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    returns = table.Column<int>(type: "integer", nullable: false),
                    acknowledged_by = table.Column<string>(type: "text", nullable: true),
                    acknowledgement_note = table.Column<string>(type: "text", nullable: true),
                    acknowledged_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    told = table.Column<string>(type: "text", nullable: true),
                    told_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_alerts", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "attributions",
                columns: table => new
                {
                    store = table.Column<string>(type: "text", nullable: false),
                    token = table.Column<string>(type: "text", nullable: false),
                    product = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    @event = table.Column<string>(name: "event", type: "text", nullable: false),
                    start = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_attributions", x => new { x.store, x.token, x.product, x.name, x.@event });
                });

            migrationBuilder.CreateTable(
                name: "shopper_minutes",
                columns: table => new
                {
                    store = table.Column<string>(type: "text", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    arm = table.Column<string>(type: "text", nullable: false),
                    placement = table.Column<string>(type: "text", nullable: false),
                    start = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    shopper = table.Column<long>(type: "bigint", nullable: false),
                    is_assigned = table.Column<bool>(type: "boolean", nullable: false),
                    answers = table.Column<long>(type: "bigint", nullable: false),
                    impressions = table.Column<long>(type: "bigint", nullable: false),
                    clicks = table.Column<long>(type: "bigint", nullable: false),
                    add_to_carts = table.Column<long>(type: "bigint", nullable: false),
                    purchases = table.Column<long>(type: "bigint", nullable: false),
                    revenue = table.Column<double>(type: "double precision", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_shopper_minutes", x => new { x.store, x.model, x.start, x.version, x.arm, x.placement, x.shopper });
                });

            migrationBuilder.CreateTable(
                name: "shown_products",
                columns: table => new
                {
                    store = table.Column<string>(type: "text", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    arm = table.Column<string>(type: "text", nullable: false),
                    placement = table.Column<string>(type: "text", nullable: false),
                    hour = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    product = table.Column<string>(type: "text", nullable: false),
                    times = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_shown_products", x => new { x.store, x.model, x.hour, x.version, x.arm, x.placement, x.product });
                });

            migrationBuilder.CreateTable(
                name: "verdicts",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    store = table.Column<string>(type: "text", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    rollout = table.Column<Guid>(type: "uuid", nullable: false),
                    step = table.Column<int>(type: "integer", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: false),
                    evidence = table.Column<string>(type: "jsonb", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_verdicts", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_alert_deliveries_number",
                table: "alert_deliveries",
                column: "number",
                filter: "state = 'Pending'");

            migrationBuilder.CreateIndex(
                name: "ix_alert_deliveries_store_number",
                table: "alert_deliveries",
                columns: new[] { "store", "number" });

            migrationBuilder.CreateIndex(
                name: "ix_alert_silences_store_until",
                table: "alert_silences",
                columns: new[] { "store", "until" });

            migrationBuilder.CreateIndex(
                name: "ix_alerts_store_fingerprint",
                table: "alerts",
                columns: new[] { "store", "fingerprint" },
                unique: true,
                filter: "state <> 'Resolved'");

            migrationBuilder.CreateIndex(
                name: "ix_alerts_store_started_at",
                table: "alerts",
                columns: new[] { "store", "started_at" });

            migrationBuilder.CreateIndex(
                name: "ix_attributions_start",
                table: "attributions",
                column: "start");

            migrationBuilder.CreateIndex(
                name: "ix_verdicts_store_model_rollout_id",
                table: "verdicts",
                columns: new[] { "store", "model", "rollout", "id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "alert_deliveries");

            migrationBuilder.DropTable(
                name: "alert_rule_sets");

            migrationBuilder.DropTable(
                name: "alert_silences");

            migrationBuilder.DropTable(
                name: "alerts");

            migrationBuilder.DropTable(
                name: "attributions");

            migrationBuilder.DropTable(
                name: "shopper_minutes");

            migrationBuilder.DropTable(
                name: "shown_products");

            migrationBuilder.DropTable(
                name: "verdicts");

            migrationBuilder.DropPrimaryKey(
                name: "pk_quality_windows",
                table: "quality_windows");

            migrationBuilder.DropColumn(
                name: "placement",
                table: "quality_windows");

            migrationBuilder.DropColumn(
                name: "compute_seconds",
                table: "quality_windows");

            migrationBuilder.DropColumn(
                name: "computed",
                table: "quality_windows");

            migrationBuilder.DropColumn(
                name: "queue_seconds",
                table: "quality_windows");

            migrationBuilder.DropColumn(
                name: "revenue",
                table: "quality_windows");

            migrationBuilder.AddPrimaryKey(
                name: "pk_quality_windows",
                table: "quality_windows",
                columns: new[] { "store", "model", "version", "arm", "start" });
        }
    }
}
