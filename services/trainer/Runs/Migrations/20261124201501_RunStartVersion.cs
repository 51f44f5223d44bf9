using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Trainer.Runs.Migrations
{
    /// <inheritdoc />
    public partial class RunStartVersion : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "start_version",
                table: "runs",
                type: "integer",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "start_version",
                table: "runs");
        }
    }
}
