using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Trainer.Runs.Migrations
{
    /// <inheritdoc />
    public partial class RunApplication : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "application",
                table: "runs",
                type: "text",
                nullable: false,
                defaultValue: "recommend");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "application",
                table: "runs");
        }
    }
}
