using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Trainer.Runs.Migrations
{
    /// <inheritdoc />
    public partial class EstimatesAndReproductions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "estimate",
                table: "runs",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "machine",
                table: "runs",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "reproduces",
                table: "runs",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "reproduction",
                table: "runs",
                type: "jsonb",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "size",
                table: "runs",
                type: "jsonb",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_runs_machine_number",
                table: "runs",
                columns: new[] { "machine", "number" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_runs_machine_number",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "estimate",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "machine",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "reproduces",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "reproduction",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "size",
                table: "runs");
        }
    }
}
