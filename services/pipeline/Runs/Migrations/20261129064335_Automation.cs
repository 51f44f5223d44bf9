using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace ModelOps.Pipeline.Runs.Migrations
{
    /// <inheritdoc />
    public partial class Automation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "due_at",
                table: "steps",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "retries",
                table: "steps",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "by",
                table: "runs",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<double>(
                name: "expected_minutes",
                table: "runs",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "resumes",
                table: "runs",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "trigger_key",
                table: "runs",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "trigger_reason",
                table: "runs",
                type: "text",
                nullable: false,
                defaultValue: "");

            // What people started is told from what started by itself.
            migrationBuilder.Sql("UPDATE runs SET trigger = 'manual' WHERE trigger = 'api';");

            migrationBuilder.CreateTable(
                name: "decisions",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    store = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    pipeline = table.Column<string>(type: "text", nullable: true),
                    model = table.Column<string>(type: "text", nullable: true),
                    dataset = table.Column<string>(type: "text", nullable: true),
                    trigger = table.Column<string>(type: "text", nullable: false),
                    action = table.Column<string>(type: "text", nullable: false),
                    saw = table.Column<string>(type: "text", nullable: false),
                    did = table.Column<string>(type: "text", nullable: false),
                    otherwise = table.Column<string>(type: "text", nullable: false),
                    numbers = table.Column<string>(type: "jsonb", nullable: false),
                    run = table.Column<Guid>(type: "uuid", nullable: true),
                    rollout = table.Column<Guid>(type: "uuid", nullable: true),
                    by = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_decisions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "switches",
                columns: table => new
                {
                    store = table.Column<string>(type: "text", nullable: false),
                    paused = table.Column<bool>(type: "boolean", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    by = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_switches", x => x.store);
                });

            migrationBuilder.CreateTable(
                name: "trigger_states",
                columns: table => new
                {
                    store = table.Column<string>(type: "text", nullable: false),
                    pipeline = table.Column<string>(type: "text", nullable: false),
                    dataset = table.Column<string>(type: "text", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false),
                    trigger = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    fires = table.Column<bool>(type: "boolean", nullable: false),
                    saw = table.Column<string>(type: "text", nullable: false),
                    otherwise = table.Column<string>(type: "text", nullable: false),
                    at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_trigger_states", x => new { x.store, x.pipeline, x.dataset, x.model, x.trigger });
                });

            migrationBuilder.CreateIndex(
                name: "ix_runs_store_pipeline_trigger_key",
                table: "runs",
                columns: new[] { "store", "pipeline", "trigger_key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_decisions_store_key",
                table: "decisions",
                columns: new[] { "store", "key" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "decisions");

            migrationBuilder.DropTable(
                name: "switches");

            migrationBuilder.DropTable(
                name: "trigger_states");

            migrationBuilder.DropIndex(
                name: "ix_runs_store_pipeline_trigger_key",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "due_at",
                table: "steps");

            migrationBuilder.DropColumn(
                name: "retries",
                table: "steps");

            migrationBuilder.DropColumn(
                name: "by",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "expected_minutes",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "resumes",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "trigger_key",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "trigger_reason",
                table: "runs");
        }
    }
}
