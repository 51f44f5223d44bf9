using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Trainer.Runs.Migrations
{
    /// <inheritdoc />
    public partial class Trials : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "chosen",
                table: "runs",
                type: "integer",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "trials",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    run_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    parameters = table.Column<string>(type: "jsonb", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    rung = table.Column<int>(type: "integer", nullable: false),
                    values = table.Column<double[]>(type: "double precision[]", nullable: false),
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    passes = table.Column<int>(type: "integer", nullable: false),
                    seconds = table.Column<double>(type: "double precision", nullable: false),
                    error = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_trials", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_trials_job_id",
                table: "trials",
                column: "job_id",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_trials_run_id_number",
                table: "trials",
                columns: new[] { "run_id", "number" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "trials");

            migrationBuilder.DropColumn(
                name: "chosen",
                table: "runs");
        }
    }
}
