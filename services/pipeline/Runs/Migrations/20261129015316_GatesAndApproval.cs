using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Pipeline.Runs.Migrations
{
    /// <inheritdoc />
    public partial class GatesAndApproval : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "gates",
                table: "steps",
                type: "jsonb",
                nullable: false,
                defaultValueSql: "'[]'::jsonb");

            migrationBuilder.AddColumn<string>(
                name: "approval",
                table: "runs",
                type: "jsonb",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "gates",
                table: "steps");

            migrationBuilder.DropColumn(
                name: "approval",
                table: "runs");
        }
    }
}
